import { setTimeout as wait } from 'node:timers/promises';
import type pg from 'pg';
import type { Log } from '../../application/ports/log.ts';
import { MIGRATION_LOCK } from './migration-lock.ts';
import { SESSION_IN_WORDS } from './session-in-words.ts';

/** How a restore calls itself to the server. */
export const RESTORE_APPLICATION = 'clawcierge restore';

const ASK_EVERY_MS = 250;
const TELL_EVERY_MS = 10_000;

/** Holders of what `migrationLockOf` says for the schema `$1`, as pg_locks shows the two kinds of key. */
const RESTORE = `
  select ${SESSION_IN_WORDS} as session
  from pg_locks l join pg_stat_activity a using (pid)
  where l.locktype = 'advisory' and l.granted and a.application_name = $2 and l.pid <> pg_backend_pid()
    and l.database = (select oid from pg_database where datname = current_database())
    and case when $1 = 'public' then l.objsubid = 1 and l.objid::bigint = ${MIGRATION_LOCK}
      else l.objsubid = 2 and l.classid::bigint = ${MIGRATION_LOCK}
        and l.objid::bigint = hashtext($1)::bigint & 4294967295 end
  limit 1`;

/**
 * Waits while the schema is being restored, however long that takes: until then it has the tables of before or none, and
 * they cannot be read. Ends with the restore's connection, which the server ends for a machine that is gone. Answers
 * whether there was anything to wait for.
 */
export async function untilRestored(client: pg.Client, schema: string, log: Log): Promise<boolean> {
  let toldAt = Number.NEGATIVE_INFINITY;
  for (let hasWaited = false; ; hasWaited = true) {
    const { rows } = await client.query<{ session: string }>(RESTORE, [schema, RESTORE_APPLICATION]);
    const [restore] = rows;
    if (restore === undefined) return hasWaited;
    if (performance.now() - toldAt > TELL_EVERY_MS) {
      toldAt = performance.now();
      log.info({ schema, holder: restore.session }, 'waiting for a restore of the database to end');
    }
    await wait(ASK_EVERY_MS);
  }
}
