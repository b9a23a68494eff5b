import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage, type Storage } from '../../src/storage/create-storage.ts';
import { eventually } from '../testkit/eventually.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

it.each<[string, (storage: Storage) => Promise<unknown>]>([
  ['plain SQL', (storage) => storage.ping()],
  ['the ORM', (storage) => storage.agents.list({}, { limit: 1 })],
  ['nobody', async () => {}],
])('closing ends the connections that %s used', async (_user, use) => {
  const { url, drop } = await createTestDatabase();
  const onlooker = new pg.Client({ connectionString: url });
  await onlooker.connect();
  onTestFinished(async () => {
    await onlooker.end();
    await drop();
  });
  const storage = await createStorage({ link: createDatabaseLink(url), poolSize: 2, log: silentLog });
  await use(storage);
  await storage.close();
  await eventually(async () => {
    const { rows } = await onlooker.query(
      'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    expect(rows).toHaveLength(0);
  });
});
