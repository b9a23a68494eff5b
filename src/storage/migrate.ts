import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../application/ports/log.ts';
import { UnavailableError } from '../domain/errors.ts';
import { MIGRATIONS } from './migrations/index.ts';
import { createOrm, MIGRATIONS_TABLE, type OrmSettings } from './mikro-orm.ts';

/** Any number that no other program takes a lock under: "claw" as bytes. */
export const MIGRATION_LOCK = 0x636c6177;

const CLOSE_PATIENCE_MS = 2_000;
/** What is asked over the connection that holds the lock is answered at once. */
const ANSWER_WITHIN_MS = 12_000;
const LOCK_EVERY_MS = 250;
const LOCK_WITHIN_MS = 600_000;
const RETRY_AFTER_SECONDS = 60;

type MigrateSettings = Pick<OrmSettings, 'link' | 'log' | 'sqlEcho'> & {
  /** How long another node that migrates is waited for. @default ten minutes */
  readonly lockWithinMs?: number;
};

/**
 * Brings the tables up to date, under a lock of the database: of nodes that start at once one migrates and the others
 * wait, then find nothing left to do. On connections of its own, where statements may take as long as they need; the
 * lock ends with its connection, however this ends.
 */
export const migrate = async ({ lockWithinMs = LOCK_WITHIN_MS, ...settings }: MigrateSettings): Promise<void> => {
  const { link, log } = settings;
  const client = link.client({ applicationName: 'clawcierge migration', queryTimeoutMs: ANSWER_WITHIN_MS });
  client.on('error', () => log.warn({}, 'the connection that holds the migration lock was lost'));
  await client.connect();
  try {
    // The server, too, looks after a connection over which nothing comes: it holds the lock of a machine that is gone.
    await client.query("select set_config('tcp_keepalives_idle', '10', false)");
    await takeLock(client, log, lockWithinMs);
    if (await isUpToDate(client)) return;
    const orm = await createOrm({ ...settings, poolSize: 1, statementTimeoutMs: 0 });
    try {
      await orm.migrator.up();
    } finally {
      // A connection that the ORM loses at the begin or the end of a transaction never comes back to its pool.
      await Promise.race([orm.close(), wait(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
    }
  } finally {
    await Promise.race([client.end(), wait(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  }
};

/** Waits for the node that has the lock, which may take as long as a migration of large tables does. */
async function takeLock(client: pg.Client, log: Log, withinMs: number): Promise<void> {
  const begun = performance.now();
  for (let isTold = false; ; isTold = true) {
    const { rows } = await client.query(`select pg_try_advisory_lock(${MIGRATION_LOCK}) as "isTaken"`);
    if (rows[0]?.isTaken) return;
    if (performance.now() - begun >= withinMs) {
      const waited = `${Math.round(withinMs / 1_000)} seconds`;
      throw new UnavailableError(
        `Another node has been migrating the tables for more than ${waited}. Start again when it has finished, or end its connection: it holds the advisory lock ${MIGRATION_LOCK}, see pg_locks.`,
        RETRY_AFTER_SECONDS,
      );
    }
    if (!isTold) log.info({}, 'waiting for another node to migrate the tables');
    await wait(LOCK_EVERY_MS);
  }
}

/** Whether every migration was run. The ORM, which runs them, takes as long to make as all statements do. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  const { rows: tables } = await client.query('select to_regclass($1) as name', [MIGRATIONS_TABLE]);
  if (tables[0]?.name === null) return false;
  const { rows } = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`);
  const run = new Set(rows.map(({ name }) => name));
  return MIGRATIONS.every(({ name }) => run.has(name));
}
