import type pg from 'pg';
import { MIGRATIONS } from '../migrations/index.ts';
import { DatabaseRefusal } from '../schema/database-refusal.ts';
import { makeSchema } from '../schema/enter-schema.ts';
import { inspectRoom } from '../schema/inspect-database.ts';
import { migrationLockOf } from '../schema/migration-lock.ts';
import { MIGRATIONS_TABLE } from '../schema/migrations-table.ts';
import { codeOf } from '../storage-errors.ts';
import { BackupError, type BackupHeader, damaged, type TableHeader } from './backup-format.ts';
import { lockTables } from './lock-holder.ts';
import { allStatements, runMigrations } from './migration-statements.ts';
import { assertKnown, migrationsRun, namesIn, tablesToKeep } from './platform-tables.ts';
import { type OnProgress, ProgressMeter } from './progress.ts';
import { linesIn, readBackup } from './read-backup.ts';
import { quoted } from './sql-names.ts';
import { TableCopy } from './table-copy.ts';

/** What a backup says of itself once it has been read whole. */
export type CheckedBackup = {
  readonly header: BackupHeader;
  readonly tables: number;
  readonly rows: number;
};

/** Reads the backup to its end and throws a BackupError unless it is whole and this version knows its schema. */
export const checkBackup = async (file: AsyncIterable<Buffer>): Promise<CheckedBackup> => {
  let header: BackupHeader | null = null;
  let tables = 0;
  let rows = 0;
  for await (const part of readBackup(file)) {
    if (part.kind === 'header') {
      header = part.header;
      assertKnown(header.migrations, 'The backup');
    } else if (part.kind === 'end of table') {
      tables += 1;
      rows += part.rows;
    }
  }
  if (header === null) throw damaged('it has no first line');
  return { header, tables, rows };
};

/** How many there are of what people would miss. */
export type Contents = { readonly agents: number; readonly senders: number; readonly requests: number };

/**
 * Restores a backup into the platform's schema: the tables as they were when it was made, its rows,
 * then the migrations that have come since, all in one transaction. Throws, with nothing changed, when nodes are alive
 * there, when there is something and `replace` is false, or when the backup does not fit. Nodes that start meanwhile
 * wait until it is done.
 */
export const restoreBackup = async (
  client: pg.Client,
  file: AsyncIterable<Buffer>,
  options: {
    readonly replace: boolean;
    /** For how long a node that is not heard of counts as alive. */
    readonly nodeTimeoutSeconds: number;
    /** Where the tables go, when the operator says so. @default where they are, else `clawcierge` */
    readonly schema: string | undefined;
    /** Hears of what goes, before it does. */
    readonly onReplace?: (contents: Contents) => void;
    readonly onProgress?: OnProgress | undefined;
  },
): Promise<void> => {
  const found = await inspectRoom(client, options.schema).catch((cause) => {
    throw cause instanceof DatabaseRefusal
      ? new BackupError(`The database cannot be restored into: ${cause.message}`, { cause })
      : cause;
  });
  const { rows } = await client.query<{ got: boolean }>(
    `select pg_try_advisory_lock(${migrationLockOf(found.schema)}) as got`,
  );
  if (rows[0]?.got !== true) {
    throw new BackupError('A node is migrating the database, or another restore is under way: wait until it is done.');
  }
  await client.query('begin');
  try {
    await makeSchema(client, found);
    await makeRoom(client, options);
    await load(client, file, found.schema, new ProgressMeter(options.onProgress));
    await client.query('commit');
  } catch (error) {
    // It is undone with the connection, should that be gone.
    await client.query('rollback').catch(() => undefined);
    throw error;
  }
};

/** Takes away the tables that are there, if that may be. */
const makeRoom = async (client: pg.Client, options: Parameters<typeof restoreBackup>[2]): Promise<void> => {
  const run = await migrationsRun(client);
  const names = namesIn(allStatements(MIGRATIONS));
  if (run !== null) assertKnown(run, 'The database that should be restored into');
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class
    where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and relname = any($1)`,
    [names.tables],
  );
  const tables = rows.map(({ name }) => name);
  if (run === null && tables.length > 0) {
    throw new BackupError(
      `The database has tables that are not of Clawcierge but have the same names: ${tables.join(', ')}. ` +
        'Restore into a database, or a schema, of its own.',
    );
  }
  if (run === null) return;
  await refuseLiveNodes(client, options.nodeTimeoutSeconds);
  // From here on nobody writes to them.
  const locked = [...tables, MIGRATIONS_TABLE];
  const all = locked.map(quoted).join(', ');
  await lockTables(client, `lock table ${all} in access exclusive mode`, { names: locked, isShared: false });
  // One may have started while the tables were waited for.
  await refuseLiveNodes(client, options.nodeTimeoutSeconds);
  const contents = await contentsOf(client);
  if (Object.values(contents).some((count) => count > 0)) {
    if (!options.replace) {
      throw new BackupError(
        `The database is not empty: it has ${textOf(contents)}. Restore into another one, or say --replace to ` +
          'delete all of that first.',
      );
    }
    options.onReplace?.(contents);
  }
  await client.query(`drop table ${all}`).catch((cause) => {
    throw codeOf(cause) === '2BP01'
      ? new BackupError(`The tables cannot be made anew: ${cause.message} (${cause.detail}). Drop that first.`, {
          cause,
        })
      : cause;
  });
  const { rows: functions } = await client.query<{ name: string }>(
    `select oid::regprocedure::text as name from pg_proc
    where pronamespace = current_schema()::regnamespace and proname = any($1)`,
    [names.functions],
  );
  for (const { name } of functions) await client.query(`drop function ${name}`);
};

const refuseLiveNodes = async (client: pg.Client, timeoutSeconds: number): Promise<void> => {
  const { rows } = await client.query<{ id: string; seconds: number }>(
    `select id, greatest(0, extract(epoch from clock_timestamp() - seen_at))::float as seconds from nodes
    where seen_at > clock_timestamp() - make_interval(secs => $1) order by seen_at desc`,
    [timeoutSeconds],
  );
  const [first] = rows;
  if (first === undefined) return;
  throw new BackupError(
    `${rows.length === 1 ? 'A node is' : `${rows.length} nodes are`} working on the database (the last was heard of ` +
      `${first.seconds.toFixed(0)} s ago). Stop every node first; one that was killed counts as alive for ` +
      `NODE_TIMEOUT_SECONDS (${timeoutSeconds}).`,
  );
};

const contentsOf = async (client: pg.Client): Promise<Contents> => {
  const { rows } = await client.query<{ agents: string; senders: string; requests: string }>(
    `select (select count(*) from agents) as agents, (select count(*) from senders) as senders,
      (select count(*) from requests) as requests`,
  );
  const [counts] = rows;
  return {
    agents: Number(counts?.agents),
    senders: Number(counts?.senders),
    requests: Number(counts?.requests),
  };
};

/** As a sentence tells it. */
export const textOf = ({ agents, senders, requests }: Contents): string =>
  `${counted(agents, 'agent')}, ${counted(senders, 'sender')} and ${counted(requests, 'request')}`;

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? '' : 's'}`;

const load = async (
  client: pg.Client,
  file: AsyncIterable<Buffer>,
  schema: string,
  meter: ProgressMeter,
): Promise<void> => {
  let header: BackupHeader | null = null;
  let expected = new Map<string, readonly string[]>();
  let copy: TableCopy | null = null;
  const loaded: string[] = [];
  try {
    for await (const part of readBackup(file)) {
      if (part.kind === 'header') {
        header = part.header;
        expected = await makeTables(client, header, schema);
      } else if (part.kind === 'table') {
        assertFits(part.table, expected);
        meter.begin(part.table.table);
        copy = new TableCopy(client, part.table);
      } else if (part.kind === 'rows') {
        await copy?.write(part.bytes);
        meter.add(linesIn(part.bytes), part.bytes.length);
      } else {
        await copy?.end(part.rows);
        copy = null;
        loaded.push(part.table);
      }
    }
  } finally {
    await copy?.abort();
  }
  const missing = [...expected.keys()].filter((name) => !loaded.includes(name));
  if (header === null || missing.length > 0) throw damaged(`it has no table ${missing.join(', ')}`);
  await goOnCounting(client, [...expected.keys()]);
  await runMigrations(client, schema, MIGRATIONS.slice(header.migrations.length));
  await client.query(`analyze ${[...expected.keys()].map(quoted).join(', ')}`);
};

/** Numbers that the server gives to rows go on after those that were loaded. */
const goOnCounting = async (client: pg.Client, tables: readonly string[]): Promise<void> => {
  const { rows } = await client.query<{ name: string; column: string }>(
    `select relname as name, attname as column from pg_class t join pg_attribute a on a.attrelid = t.oid
    where relnamespace = current_schema()::regnamespace and relname = any($1) and attidentity <> ''`,
    [tables],
  );
  for (const { name, column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), (select coalesce(max(${quoted(column)}), 0) + 1 from ${quoted(name)}), false)`,
      [quoted(name), column],
    );
  }
};

/** Makes the tables as they were when the backup was made, and answers what each one keeps. */
const makeTables = async (
  client: pg.Client,
  header: BackupHeader,
  schema: string,
): Promise<Map<string, readonly string[]>> => {
  assertKnown(header.migrations, 'The backup');
  const before = MIGRATIONS.slice(0, header.migrations.length);
  await runMigrations(client, schema, before);
  const tables = await tablesToKeep(client, namesIn(allStatements(before)).tables);
  // What a migration has put there itself is in the backup.
  for (const { name } of tables.toReversed()) await client.query(`delete from ${quoted(name)}`);
  return new Map(tables.map(({ name, columns }) => [name, columns]));
};

const assertFits = ({ table, columns }: TableHeader, expected: ReadonlyMap<string, readonly string[]>): void => {
  const should = expected.get(table);
  if (should === undefined) throw damaged(`it has a table "${table}", which its schema does not have`);
  const unknown = columns.filter((name) => !should.includes(name));
  const missing = should.filter((name) => !columns.includes(name));
  if (unknown.length > 0) {
    throw damaged(`its table "${table}" has columns that its schema does not have: ${unknown.join(', ')}`);
  }
  if (missing.length > 0) throw damaged(`its table "${table}" lacks columns: ${missing.join(', ')}`);
};
