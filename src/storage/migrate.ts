import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import { MIGRATIONS } from './migrations/index.ts';
import { createOrm, MIGRATIONS_TABLE, type OrmSettings } from './mikro-orm.ts';

/** Any number that no other program takes a lock under: "claw" as bytes. */
const MIGRATION_LOCK = 0x636c6177;

const CLOSE_PATIENCE_MS = 2_000;

/**
 * Brings the tables up to date, under a lock of the database: of nodes that start at once one migrates and the others
 * wait, then find nothing left to do. On connections of its own, where statements may take as long as they need; the
 * lock ends with its connection, however this ends.
 */
export const migrate = async (settings: Pick<OrmSettings, 'link' | 'log' | 'sqlEcho'>): Promise<void> => {
  const { link, log } = settings;
  const client = link.client({ applicationName: 'clawcierge migration' });
  client.on('error', () => log.warn({}, 'the connection that holds the migration lock was lost'));
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    if (await isUpToDate(client)) return;
    const orm = await createOrm({ ...settings, poolSize: 1, statementTimeoutMs: 0 });
    try {
      await orm.migrator.up();
    } finally {
      // A connection that the ORM loses at the begin or the end of a transaction never comes back to its pool.
      await Promise.race([orm.close(), wait(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
    }
  } finally {
    await client.end();
  }
};

/** Whether every migration was run. The ORM, which runs them, takes as long to make as all statements do. */
async function isUpToDate(client: pg.Client): Promise<boolean> {
  const { rows: tables } = await client.query('select to_regclass($1) as name', [MIGRATIONS_TABLE]);
  if (tables[0]?.name === null) return false;
  const { rows } = await client.query<{ name: string }>(`select name from ${MIGRATIONS_TABLE}`);
  const run = new Set(rows.map(({ name }) => name));
  return MIGRATIONS.every(({ name }) => run.has(name));
}
