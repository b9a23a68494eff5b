import { createHash } from 'node:crypto';
import type pg from 'pg';
import { type CopyToStreamQuery, to as copyTo } from 'pg-copy-streams';
import { MIGRATIONS } from '../migrations/index.ts';
import { enterSchema, findSchema } from '../schema/enter-schema.ts';
import { BackupError, END_OF_ROWS, FORMAT, FORMAT_VERSION, lineOf } from './backup-format.ts';
import { lockTables } from './lock-holder.ts';
import { allStatements } from './migration-statements.ts';
import { assertKnown, migrationsRun, namesIn, type PlatformTable, tablesToKeep } from './platform-tables.ts';
import { type OnProgress, ProgressMeter } from './progress.ts';
import { linesIn } from './read-backup.ts';
import { quoted } from './sql-names.ts';

/** What a backup has come to. */
export type Written = { tables: number; rows: number; bytes: number };

/**
 * The content of a backup of the platform's tables, as they are at one moment: one snapshot, on which nobody waits and
 * which waits for nobody. `written` counts what went out so far. The schema may be older than this version's.
 */
export async function* writeBackup(
  client: pg.Client,
  options: {
    readonly platformVersion: string;
    /** Where the tables are, when the operator says so. */
    readonly schema: string | undefined;
    readonly onProgress?: OnProgress | undefined;
    readonly written: Written;
  },
): AsyncGenerator<Buffer> {
  const { written } = options;
  const hash = createHash('sha256');
  const out = (bytes: Buffer): Buffer => {
    hash.update(bytes);
    written.bytes += bytes.length;
    return bytes;
  };
  const meter = new ProgressMeter(options.onProgress);
  await enterSchema(client, await findSchema(client, options.schema));
  const nothing = 'There is nothing to back up: the database has no tables of Clawcierge.';
  const names = namesIn(allStatements(MIGRATIONS)).tables;
  if ((await migrationsRun(client)) === null) throw new BackupError(nothing);
  const there = await tablesToKeep(client, names);
  await client.query('begin isolation level repeatable read read only');
  // Before the first query, which is of the snapshot: tables that a restore puts in their place while this waits for it
  // would be empty in an earlier one.
  await lock(client, there);
  const run = await migrationsRun(client);
  if (run === null) throw new BackupError(nothing);
  assertKnown(run, 'The database');
  const tables = await tablesToKeep(client, names);
  // Nobody changes their columns from here on.
  await lock(client, tables);
  const { rows } = await client.query<{ postgres: string; schema: string; at: Date }>(
    `select current_setting('server_version') as postgres, current_schema() as schema, now() as at`,
  );
  const [about] = rows;
  yield out(
    lineOf({
      format: FORMAT,
      version: FORMAT_VERSION,
      platform: options.platformVersion,
      postgres: about?.postgres ?? '',
      schema: about?.schema ?? '',
      madeAt: (about?.at ?? new Date()).toISOString(),
      migrations: run,
    }),
  );
  const copies: { readonly name: string; readonly rows: number; readonly copy: CopyToStreamQuery }[] = [];
  for (const table of tables) {
    yield out(lineOf({ table: table.name, columns: table.columns }));
    meter.begin(table.name);
    const copy = client.query(copyTo(copyOut(table)));
    let count = 0;
    for await (const chunk of copy as AsyncIterable<Buffer>) {
      const lines = linesIn(chunk);
      count += lines;
      written.rows += lines;
      meter.add(lines, chunk.length);
      yield out(chunk);
    }
    yield out(END_OF_ROWS);
    written.tables += 1;
    copies.push({ name: table.name, rows: count, copy });
  }
  await client.query('commit');
  for (const { name, rows: count, copy } of copies) {
    if (copy.rowCount !== count) {
      throw new BackupError(`The server sent ${count} of ${copy.rowCount} rows of table "${name}".`);
    }
  }
  yield out(lineOf({ rows: Object.fromEntries(copies.map(({ name, rows: count }) => [name, count])) }));
  const last = lineOf({ sha256: hash.digest('hex') });
  written.bytes += last.length;
  yield last;
}

const lock = (client: pg.Client, tables: readonly PlatformTable[]) => {
  const names = tables.map(({ name }) => name);
  const statement = `lock table ${names.map(quoted).join(', ')} in access share mode`;
  return lockTables(client, statement, { names, isShared: true });
};

/** A query, since a table that consists of parts can be copied in no other way. */
const copyOut = ({ name, columns }: PlatformTable): string =>
  `copy (select ${columns.map(quoted).join(', ')} from ${quoted(name)}) to stdout`;
