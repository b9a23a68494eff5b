import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Log } from '../../application/ports/log.ts';
import { codeOf } from '../storage-errors.ts';
import { DatabaseRefusal } from './database-refusal.ts';
import { type ConcurrentIndex, type MadeIndex, type NamedMigration, needsOf } from './migration.ts';
import type { Blocker, MigrationOnlooker } from './migration-onlooker.ts';
import { ensureMigrationsTable, recordMigration } from './migrations-table.ts';
import { nodesInTheWay } from './nodes-in-the-way.ts';

/** How long a migration waits, in milliseconds. */
export type Patience = {
  /** For another node that migrates. */
  readonly turnMs: number;
  /** For nodes that are in the way, besides their time-out: after it those are dead that were killed. */
  readonly nodesMs: number;
  /** For one lock, since others wait behind it; then everything is let go, and tried again after a pause. */
  readonly lockTimeoutMs: number;
  readonly attempts: number;
  readonly pauseMs: number;
};

/** Large tables may take long; whoever waits for them is started again by its supervisor. */
export const PATIENCE: Patience = {
  turnMs: 600_000,
  nodesMs: 5_000,
  lockTimeoutMs: 2_000,
  attempts: 30,
  pauseMs: 2_000,
};

/** Making an index concurrently holds nobody up while it waits for transactions to end. */
const INDEX_LOCK_TIMEOUT_FACTOR = 30;

/** Not to be had in time, or not before somebody has one of ours. */
const LOCKED = ['55P03', '40P01'];

type Deps = {
  /** Holds the lock of migrations; its search path begins with the schema. */
  readonly client: pg.Client;
  readonly onlooker: MigrationOnlooker;
  readonly schema: string;
  readonly nodeTimeoutMs: number;
  readonly patience: Patience;
  readonly log: Log;
};

/** Runs migrations on an empty schema, which may be missing: all in one transaction, so that a failure leaves nothing. */
export async function createTables(deps: Deps, migrations: readonly NamedMigration[], prepare: () => Promise<void>) {
  await inTransaction(deps, async () => {
    await prepare();
    await ensureMigrationsTable(deps.client, deps.schema);
    for (const migration of migrations) {
      await runStatements(deps, migration, statementsOf(migration));
      await recordMigration(deps.client, deps.schema, migration);
    }
  });
}

/** What a migration runs where nobody else is at work, so that indexes need not be made beside writes. */
export const statementsOf = (migration: NamedMigration): readonly string[] =>
  'statements' in migration ? migration.statements : migration.indexes.map((index) => indexStatement(index, ''));

/** Runs one migration on tables that nodes may be working on. */
export async function runMigration(deps: Deps, migration: NamedMigration): Promise<void> {
  const { log, patience } = deps;
  for (let attempt = 1; ; attempt += 1) {
    try {
      await ('statements' in migration ? runInTransaction(deps, migration) : makeIndexes(deps, migration));
      return;
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      const { relation, session } = error.blocker ?? { relation: null, session: 'another session' };
      const locked = relation === null ? 'a lock' : `the lock of ${relation}`;
      if (attempt >= patience.attempts) {
        throw new DatabaseRefusal(
          `migration ${migration.name} did not get ${locked} in ${attempt} attempts of ${error.waitedMs / 1_000} s each, because of ${session}. End that, and start again; nothing is half done.`,
        );
      }
      log.warn({ migration: migration.name, attempt, relation, waitsFor: session }, 'a migration waits for a lock');
      await wait(patience.pauseMs * (0.5 + Math.random()));
    }
  }
}

/** A statement waited for a lock as long as it may. */
class LockedError extends Error {
  readonly blocker: Blocker | null;
  readonly waitedMs: number;
  constructor(blocker: Blocker | null, waitedMs: number) {
    super('a lock was not to be had in time');
    this.blocker = blocker;
    this.waitedMs = waitedMs;
  }
}

async function runInTransaction(deps: Deps, migration: NamedMigration & { statements: readonly string[] }) {
  const { client, schema } = deps;
  await inTransaction(deps, async () => {
    await client.query(`set local lock_timeout = ${deps.patience.lockTimeoutMs}`);
    await ensureMigrationsTable(client, schema);
    await runStatements(deps, migration, migration.statements);
    await recordMigration(client, schema, migration);
    // A node that came meanwhile has not read yet what it cannot work with.
    const needs = needsOf(migration);
    const nodes = needs === null ? [] : await nodesInTheWay(deps, needs);
    if (nodes.length > 0) throw new NodeCameError();
  });
}

/** While a migration ran that nodes of earlier releases cannot work after, one of them started. */
export class NodeCameError extends Error {}

/** Each index by itself, and the record when all are there: what a start that was ended left is found and used. */
async function makeIndexes(deps: Deps, migration: NamedMigration & { indexes: readonly ConcurrentIndex[] }) {
  const { client, schema, patience } = deps;
  await client.query(`set lock_timeout = ${patience.lockTimeoutMs * INDEX_LOCK_TIMEOUT_FACTOR}`);
  for (const index of migration.indexes) {
    const { rows } = await client.query<{ isValid: boolean }>(
      `select i.indisvalid as "isValid" from pg_index i join pg_class c on c.oid = i.indexrelid
      where c.relname = $1 and c.relnamespace = $2::regnamespace`,
      [index.name, pg.escapeIdentifier(schema)],
    );
    const [found] = rows;
    if ('isDropped' in index ? !found : found?.isValid) continue;
    const left = found && !('isDropped' in index) ? [dropIndex(index, 'concurrently')] : [];
    const statements = [...left, indexStatement(index, 'concurrently')];
    await runStatements(deps, migration, statements, INDEX_LOCK_TIMEOUT_FACTOR);
  }
  await inTransaction(deps, async () => {
    await ensureMigrationsTable(client, schema);
    await recordMigration(client, schema, migration);
  });
}

const indexStatement = (index: ConcurrentIndex, how: '' | 'concurrently'): string =>
  'isDropped' in index ? dropIndex(index, how) : createIndex(index, how);

const dropIndex = ({ name }: ConcurrentIndex, how: '' | 'concurrently'): string =>
  `drop index ${how} ${pg.escapeIdentifier(name)}`;

const createIndex = ({ name, on, isUnique = false }: MadeIndex, how: '' | 'concurrently'): string =>
  `create ${isUnique ? 'unique ' : ''}index ${how} ${pg.escapeIdentifier(name)} on ${on}`;

async function runStatements(
  { client, onlooker, patience }: Deps,
  { name }: NamedMigration,
  statements: readonly string[],
  lockTimeoutFactor = 1,
): Promise<void> {
  for (const [index, statement] of statements.entries()) {
    const step = `${index + 1} of ${statements.length}`;
    await onlooker.watch(
      { migration: name, step },
      () => client.query(statement),
      (error, blocker) =>
        LOCKED.includes(codeOf(error) ?? '')
          ? new LockedError(blocker, patience.lockTimeoutMs * lockTimeoutFactor)
          : new FailedStatementError(name, step, error),
    );
  }
}

/** A statement failed that is not to fail: the tables are not as its migration expects them. */
export class FailedStatementError extends Error {
  constructor(migration: string, step: string, cause: unknown) {
    super(`migration ${migration} failed at its statement ${step}`, { cause });
  }
}

async function inTransaction({ client }: Deps, work: () => Promise<void>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (error) {
    // Where the connection is gone, so is the transaction.
    await client.query('rollback').catch(() => {});
    throw error;
  }
}
