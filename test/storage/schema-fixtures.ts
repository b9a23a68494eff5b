import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { type DatabaseSettings, migrateDatabase } from '../../src/storage/schema/prepare-database.ts';
import { createTestDatabase, silentLog } from '../testkit/postgres.ts';

/** A connection that is closed when the test is over. */
export async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  // A database that a failed test leaves is dropped under it.
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

/** A database without our tables, or with them, and how a release makes them there. Gone when the test is over. */
export async function emptyDatabase({ migrated = false }: { readonly migrated?: boolean } = {}) {
  const { url, drop } = await createTestDatabase(inject('postgresUrl'), { migrated });
  onTestFinished(() => drop());
  const client = await connectTo(url);
  return {
    url,
    client,
    migrate: (settings: Partial<DatabaseSettings> = {}) =>
      migrateDatabase({ link: createDatabaseLink(url), nodeTimeoutMs: 10_000, log: silentLog, ...settings }),
    /** Every schema with the names of what is in it. */
    schemas: async () => {
      const { rows } = await client.query<{ schema: string; relations: string[] }>(
        `select n.nspname as schema, coalesce(array_agg(c.relname order by c.relname) filter (where c.oid is not null), '{}')
          as relations
        from pg_namespace n left join pg_class c on c.relnamespace = n.oid
        where n.nspname !~ '^(pg_|information_schema)' group by 1 order by 1`,
      );
      return rows;
    },
  };
}

/** A user of the server with no rights but to connect, and the database's URL for it. Gone when the test is over. */
export async function aUser(databaseUrl: string) {
  const name = `user_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  await admin.query(`create role ${name} login password 'of-a-test'`);
  const owning = await connectTo(databaseUrl);
  onTestFinished(async () => {
    await owning.query(`drop owned by ${name} cascade`);
    await admin.query(`drop role ${name}`);
    await admin.end();
  });
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = 'of-a-test';
  return { name, link: createDatabaseLink(url.href), url: url.href };
}
