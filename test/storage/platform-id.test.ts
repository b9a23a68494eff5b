import { describe, expect, it, onTestFinished } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { createStorage } from '../../src/storage/create-storage.ts';
import { silentLog } from '../testkit/postgres.ts';
import { aUser, emptyDatabase } from './schema-fixtures.ts';

async function idOf(url: string, schema: string): Promise<string> {
  const storage = await createStorage({ link: createDatabaseLink(url), schema, poolSize: 2, log: silentLog });
  onTestFinished(() => storage.close());
  return storage.platformId();
}

describe('the id of a platform', () => {
  it('is the same on all nodes, and another one in another schema or database', async () => {
    const [{ url }, another] = [await emptyDatabase(), await emptyDatabase()];
    const id = await idOf(url, 'clawcierge');
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(await idOf(url, 'clawcierge')).toBe(id);
    expect(new Set([id, await idOf(url, 'staging'), await idOf(another.url, 'clawcierge')]).size).toBe(3);
  });

  it('that the server does not tell is refused with what helps', async () => {
    const { client, url } = await emptyDatabase();
    await client.query('revoke execute on function pg_control_system() from public');
    const user = await aUser(url);
    await expect(idOf(user.url, 'clawcierge')).rejects.toThrow(
      /^it does not say which server it is \(42501\).*grant execute on function pg_control_system\(\).*REDIS_PREFIX\.$/,
    );
  });
});
