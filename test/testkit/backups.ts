import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import type pg from 'pg';
import { inject, onTestFinished } from 'vitest';
import { createDatabaseLink } from '../../src/postgres/database-link.ts';
import { writeBackupTo } from '../../src/storage/backup/backup-file.ts';
import { restoreBackup } from '../../src/storage/backup/restore-backup.ts';
import { inSession } from '../../src/storage/backup/session.ts';
import { writeBackup } from '../../src/storage/backup/write-backup.ts';
import { RESTORE_APPLICATION } from '../../src/storage/schema/until-restored.ts';
import { createTestDatabase } from './postgres.ts';

/** Tables that a backup holds: whoever adds one decides whether a copy of the platform is to have it. */
export const KEPT_TABLES = 36;

const never = new AbortController().signal;

/** A database of the test's own, without tables unless it is `migrated`; dropped when the test is over. */
export async function databaseForTest({ migrated = false } = {}): Promise<string> {
  const { url, drop } = await createTestDatabase(inject('postgresUrl'), { migrated });
  onTestFinished(drop);
  return url;
}

/** The work on a connection of its own. */
export const connected = <Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
  applicationName = 'clawcierge backup',
): Promise<Result> => inSession(createDatabaseLink(url), applicationName, never, work);

/** What `npm run backup` writes. */
export const backUp = (url: string, { lockTimeout }: { readonly lockTimeout?: string } = {}): Promise<Buffer> =>
  connected(url, async (client) => {
    if (lockTimeout) await client.query(`set lock_timeout = '${lockTimeout}'`);
    const out = new PassThrough();
    const content = writeBackup(client, {
      platformVersion: '1.2.3',
      schema: undefined,
      written: { tables: 0, rows: 0, bytes: 0 },
    });
    const [whole] = await Promise.all([buffer(out), writeBackupTo(content, out, { signal: never })]);
    return whole;
  });

/** In pieces that end anywhere, as a file is read. */
export async function* inPieces(backup: Buffer, bytes = 10_007): AsyncGenerator<Buffer> {
  for (let at = 0; at < backup.length; at += bytes) yield backup.subarray(at, at + bytes);
}

/** What `npm run restore` does with a file that it has checked. */
export const restore = (
  url: string,
  backup: Buffer | AsyncIterable<Buffer>,
  {
    replace = false,
    schema,
    lockTimeout,
  }: { readonly replace?: boolean; readonly schema?: string; readonly lockTimeout?: string } = {},
): Promise<void> =>
  connected(
    url,
    async (client) => {
      if (lockTimeout) await client.query(`set lock_timeout = '${lockTimeout}'`);
      await restoreBackup(client, Buffer.isBuffer(backup) ? inPieces(backup) : backup, {
        replace,
        nodeTimeoutSeconds: 10,
        schema,
      });
    },
    RESTORE_APPLICATION,
  );

/** The number of rows that it says each table has. */
export const rowCountsIn = (backup: Buffer): Readonly<Record<string, number>> =>
  JSON.parse(gunzipSync(backup).toString().trim().split('\n').at(-2) ?? '').rows;

/** Every row of every table that a backup keeps, as text. */
export const everythingIn = (url: string): Promise<Readonly<Record<string, readonly string[]>>> =>
  connected(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string; path: string }>(
      `select tablename as name, quote_ident(schemaname) || '.' || quote_ident(tablename) as path from pg_tables
      where schemaname in ('clawcierge', 'public') and tablename not in ('nodes', 'channels', 'admin_sessions',
        'console_sessions', 'login_devices', 'outbox', 'approval_links', 'migrations')`,
    );
    const rowsOf = async ({ name, path }: { name: string; path: string }) => {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${path} as t order by 1`);
      return [name, rows.map(({ row }) => row)] as const;
    };
    const all: (readonly [string, readonly string[]])[] = [];
    for (const table of tables) all.push(await rowsOf(table));
    return Object.fromEntries(all);
  });

/** Whether nothing at all is in the database. */
export const isUntouched = (url: string): Promise<boolean> =>
  connected(url, async (client) => {
    const { rows } = await client.query(`select from pg_namespace n left join pg_class c on c.relnamespace = n.oid
      where n.nspname = 'clawcierge' or n.nspname = 'public' and c.oid is not null`);
    return rows.length === 0;
  });
