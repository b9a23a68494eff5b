import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../../application/ports/log.ts';
import type { DatabaseLink } from '../../postgres/database-link.ts';
import { MIGRATIONS } from '../migrations/index.ts';
import { codeOf, outwardError } from '../storage-errors.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import { enterSchema, makeSchema } from './enter-schema.ts';
import { type Inspection, inspectDatabase, whereIs } from './inspect-database.ts';
import { isNeeded, type NamedMigration, needsOf } from './migration.ts';
import { takeMigrationLock } from './migration-lock.ts';
import { MigrationOnlooker } from './migration-onlooker.ts';
import { nameNodes, nodesInTheWay } from './nodes-in-the-way.ts';
import {
  createTables,
  FailedStatementError,
  NodeCameError,
  PATIENCE,
  type Patience,
  runMigration,
} from './run-migrations.ts';
import { misfitOf } from './schema-fit.ts';
import { untilRestored } from './until-restored.ts';

export type DatabaseSettings = {
  readonly link: DatabaseLink;
  /** Where the operator wants the tables. @default where they are already, else `clawcierge` */
  readonly schema?: string | undefined;
  /** After how long a node is dead that was not seen. */
  readonly nodeTimeoutMs: number;
  readonly log: Log;
  /** What this release knows. @default all */
  readonly migrations?: readonly NamedMigration[];
  readonly patience?: Partial<Patience>;
};

/** How often it is looked whether the nodes that a migration waits for are gone. */
const LOOK_FOR_NODES_EVERY_MS = 500;
const INSPECTION_QUERY_TIMEOUT_MS = 15_000;
const CLOSE_PATIENCE_MS = 2_000;

/**
 * Looks at the database before it is used, and answers which schema its tables are in. Throws a DatabaseRefusal where this
 * release cannot work with it, and an UnavailableError where it does not answer. Changes nothing.
 */
export const lookAtDatabase = (settings: DatabaseSettings): Promise<Inspection> =>
  withClient(settings, INSPECTION_QUERY_TIMEOUT_MS, (client) => inspect(client, settings));

/**
 * Makes the tables, or brings them up to date. Any number of nodes may do so at once: one works, the others wait and find
 * nothing left to do. What it refuses it leaves as it was. A migration that nodes of an earlier release could not work
 * after is put off while there are any, if this release works without it, or else waits for a node's timeout.
 */
export const migrateDatabase = async (settings: DatabaseSettings): Promise<Inspection> => {
  const before = await lookAtDatabase(settings);
  if (before.fit.pending.length === 0) return before;
  return withClient(settings, undefined, async (client) => {
    const { schema } = before;
    const isDone = async () => (await inspect(client, { ...settings, schema })).fit.pending.length === 0;
    const { turnMs = PATIENCE.turnMs } = settings.patience ?? {};
    if (await takeMigrationLock(client, { schema, isDone, turnMs, log: settings.log })) {
      await run(client, settings, await inspect(client, { ...settings, schema }));
    }
    return inspect(client, { ...settings, schema });
  });
};

/** Throws a DatabaseRefusal that names the remedy where nodes of this release cannot work with the tables. */
export const requireUpToDate = (
  { database, schema, fit }: Inspection,
  migrations: readonly NamedMigration[] = MIGRATIONS,
): void => {
  const misfit = misfitOf(migrations, fit);
  if (misfit === null) return;
  throw new DatabaseRefusal(
    `the tables in ${whereIs({ database }, schema)} are ${misfit}. Run "npm run migrate" before this release starts, or leave MIGRATE_ON_START at true.`,
  );
};

const inspect = (client: pg.Client, { schema, migrations = MIGRATIONS, log }: DatabaseSettings): Promise<Inspection> =>
  inspectDatabase(client, {
    schema,
    known: migrations,
    untilReadable: (found) => untilRestored(client, found, log),
  });

async function run(client: pg.Client, settings: DatabaseSettings, found: Inspection): Promise<void> {
  const { link, log, nodeTimeoutMs } = settings;
  const { schema, applied, fit } = found;
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  await using onlooker = new MigrationOnlooker({ link, pid: rows[0]?.pid ?? 0, log });
  const deps = { client, onlooker, schema, nodeTimeoutMs, patience: { ...PATIENCE, ...settings.patience }, log };
  if (applied.length === 0) {
    await createTables(deps, fit.pending, () => makeSchema(client, found));
    log.info({ schema, migrations: fit.pending.length }, 'made the tables');
    return;
  }
  await enterSchema(client, found);
  for (const [index, migration] of fit.pending.entries()) {
    const mayGoOn = !fit.pending.slice(index).some(isNeeded);
    if (!(await isClear(deps, migration, mayGoOn))) return;
    log.info({ schema, migration: migration.name, kind: migration.kind }, 'migrating the tables');
    try {
      await runMigration(deps, migration);
    } catch (error) {
      // Once more through the nodes that are in the way, of which there is one now.
      if (error instanceof NodeCameError && !(await isClear(deps, migration, mayGoOn))) return;
      if (!(error instanceof NodeCameError)) throw error;
      await runMigration(deps, migration);
    }
  }
}

/**
 * Whether no node is in the migration's way, at once or after a wait. False when it is put off, which `mayGoOn` says that
 * it may be; where it may not it is refused.
 */
async function isClear(
  deps: { client: pg.Client; schema: string; nodeTimeoutMs: number; patience: Patience; log: Log },
  migration: NamedMigration,
  mayGoOn: boolean,
): Promise<boolean> {
  const needs = needsOf(migration);
  if (needs === null) return true;
  const { log, nodeTimeoutMs, patience } = deps;
  const deadline = performance.now() + nodeTimeoutMs + patience.nodesMs;
  for (let isFirst = true; ; isFirst = false) {
    const nodes = await nodesInTheWay(deps, needs);
    if (nodes.length === 0) return true;
    const fields = { migration: migration.name, needs, nodes: nameNodes(nodes) };
    if (mayGoOn) {
      log.warn(fields, 'a migration is put off: nodes are running that could not work after it');
      return false;
    }
    if (performance.now() > deadline) {
      throw new DatabaseRefusal(
        `migration ${migration.name} would break nodes that are running: ${fields.nodes}. Replace them by a release that knows ${needs} first, or stop them.`,
      );
    }
    if (isFirst) log.warn(fields, 'a migration waits for nodes that could not work after it');
    await wait(LOOK_FOR_NODES_EVERY_MS);
  }
}

async function withClient<Result>(
  { link, log }: DatabaseSettings,
  queryTimeoutMs: number | undefined,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = link.client({
    applicationName: 'clawcierge migration',
    ...(queryTimeoutMs !== undefined && { queryTimeoutMs }),
    parameters: { timezone: 'UTC' },
  });
  client.on('error', () => log.warn({}, 'the connection that holds the migration lock was lost'));
  try {
    await client.connect();
    // The server, too, looks after a connection over which nothing comes: it holds the lock of a machine that is gone.
    await client.query("select set_config('tcp_keepalives_idle', '10', false)");
    return await work(client);
  } catch (error) {
    throw inWords(error, log);
  } finally {
    await Promise.race([client.end().catch(() => {}), wait(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  }
}

function inWords(error: unknown, log: Log): unknown {
  if (error instanceof DatabaseRefusal) return error;
  if (!(error instanceof FailedStatementError)) return outwardError(error, 'migrate', log);
  const { cause } = error;
  const outward = outwardError(cause, 'migrate', log);
  // Of these classes (features, dependencies, syntax and rights, limits) a message holds names and no values.
  const isSafe = /^(0A|2B|42|54)/.test(codeOf(cause) ?? '') && cause instanceof Error;
  return new DatabaseRefusal(`${error.message}: ${isSafe ? cause.message : outward.message}`, { cause: outward });
}
