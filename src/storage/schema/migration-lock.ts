import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../../application/ports/log.ts';
import { DatabaseRefusal } from './database-refusal.ts';

/** Any number that no other program takes a lock under: "claw" as bytes. */
export const MIGRATION_LOCK = 0x636c6177;

/** Of what the platforms in all schemas of a database share; no schema is called so. */
export const EXTENSION_LOCK = `${MIGRATION_LOCK}, hashtext('pg_trgm')`;

const ASK_EVERY_MS = 250;
const TELL_EVERY_MS = 10_000;

/**
 * What `pg_advisory_lock` takes: of platforms that start at once on one schema one migrates. In `public` the lock is the one that releases before
 * DATABASE_SCHEMA take.
 */
export const migrationLockOf = (schema: string): string =>
  schema === 'public' ? `${MIGRATION_LOCK}` : `${MIGRATION_LOCK}, hashtext(${`'${schema.replaceAll("'", "''")}'`})`;

/**
 * Takes the lock of the schema's migrations, which ends with the client's connection. Answers false when there is
 * nothing to take it for any more, because another node has done the work meanwhile.
 */
export const takeMigrationLock = async (
  client: pg.Client,
  deps: {
    readonly schema: string;
    readonly isDone: () => Promise<boolean>;
    readonly turnMs: number;
    readonly log: Log;
  },
): Promise<boolean> => {
  const begun = performance.now();
  let toldAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    const { rows } = await client.query<{ isOurs: boolean }>(
      `select pg_try_advisory_lock(${migrationLockOf(deps.schema)}) as "isOurs"`,
    );
    if (rows[0]?.isOurs) return true;
    if (await deps.isDone()) return false;
    const now = performance.now();
    if (now - begun > deps.turnMs) {
      throw new DatabaseRefusal(
        `another node has been migrating schema "${deps.schema}" for ${Math.round(deps.turnMs / 1_000)} s (${await holderOf(client)}). Its log says how far it is; start again when it is done.`,
      );
    }
    if (now - toldAt > TELL_EVERY_MS) {
      toldAt = now;
      deps.log.info({ holder: await holderOf(client) }, 'waiting for another node to migrate the tables');
    }
    await wait(ASK_EVERY_MS);
  }
};

async function holderOf(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ holder: string }>(
    `select format('backend %s from %s', l.pid, coalesce(host(a.client_addr), 'this machine')) as holder
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.database = (select oid from pg_database where datname = current_database())
      and ${MIGRATION_LOCK} in (l.classid::bigint, l.objid::bigint)
    limit 1`,
  );
  return rows[0]?.holder ?? 'gone by now';
}
