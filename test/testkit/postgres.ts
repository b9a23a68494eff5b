import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { silentLog } from '../../src/application/ports/log.ts';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { DEFAULT_SCHEMA } from '../../src/postgres/schema-name.ts';
import { lockFolder } from '../../src/storage/embedded/folder-lock.ts';
import { startEmbeddedPostgres } from '../../src/storage/embedded/start-embedded-postgres.ts';
import { migrateDatabase } from '../../src/storage/schema/prepare-database.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The test server's superuser, on its maintenance database. */
    readonly postgresUrl: string;
  }
}

export { silentLog };

const FOLDER = 'clawcierge-test-';
const TEMPLATE = 'clawcierge_template';

/**
 * One throw-away server for a whole test run, with a migrated database to copy from. A run that is killed leaves no
 * server (it ends with its starter); the folder it leaves is removed by the next run.
 */
export const startTestPostgres = async (): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  removeLeftovers();
  const dataDir = mkdtempSync(join(tmpdir(), FOLDER));
  // The server's own user must be able to enter it.
  chmodSync(dataDir, 0o755);
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog, durable: false });
  const stop = async () => {
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await asSuperuser(server.superuserUrl, (client) => client.query(`create database ${TEMPLATE}`));
    // What tests read themselves is found where the platform keeps it.
    await asSuperuser(server.superuserUrl, (client) =>
      client.query(`alter role current_user set search_path = ${DEFAULT_SCHEMA}, public`),
    );
    await migrateDatabase({
      link: createDatabaseLink(onDatabase(server.superuserUrl, TEMPLATE)),
      nodeTimeoutMs: 10_000,
      log: silentLog,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: server.superuserUrl, stop };
};

/** An empty database with every table, for one test file. With a server of one's own, pass its URL. */
export const createTestDatabase = async (
  serverUrl: string = inject('postgresUrl'),
  { migrated = true }: { readonly migrated?: boolean } = {},
): Promise<{ readonly url: string; drop(): Promise<void> }> => {
  const name = `test_${randomBytes(8).toString('hex')}`;
  const template = migrated ? TEMPLATE : 'template1';
  await asSuperuser(serverUrl, (client) => client.query(`create database ${name} template ${template}`));
  return {
    url: onDatabase(serverUrl, name),
    drop: () =>
      asSuperuser(serverUrl, async (client) => {
        await client.query(`drop database if exists ${name} with (force)`);
      }),
  };
};

const asSuperuser = async <Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

const onDatabase = (url: string, name: string): string => {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
};

const removeLeftovers = (): void => {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(FOLDER)) continue;
    const lockFile = join(tmpdir(), name, 'postgres', 'lock');
    if (!existsSync(lockFile)) continue;
    // A run that is under way holds its lock.
    const lock = lockFolder(lockFile);
    if (lock === null) continue;
    lock.release();
    rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
};
