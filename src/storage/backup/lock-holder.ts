import type pg from 'pg';
import { SESSION_IN_WORDS } from '../schema/session-in-words.ts';
import { codeOf } from '../storage-errors.ts';
import { BackupError } from './backup-format.ts';

/**
 * Locks tables with that statement. Where others keep them for longer than `lock_timeout`, undoes the transaction and throws
 * a BackupError that names who does.
 * @param isShared for a lock that readers take, too: only what holds up everybody is in its way
 */
export async function lockTables(
  client: pg.Client,
  statement: string,
  { names, isShared }: { readonly names: readonly string[]; readonly isShared: boolean },
): Promise<void> {
  try {
    await client.query(statement);
  } catch (cause) {
    if (codeOf(cause) !== '55P03') throw cause;
    await client.query('rollback');
    throw new BackupError(await refusal(client, names, isShared), { cause });
  }
}

async function refusal(client: pg.Client, names: readonly string[], isShared: boolean): Promise<string> {
  const { rows } = await client.query<{ relation: string; pid: number; session: string }>(
    `select c.relname as relation, a.pid, ${SESSION_IN_WORDS} as session
    from pg_locks l join pg_class c on c.oid = l.relation join pg_stat_activity a using (pid)
    where l.database = (select oid from pg_database where datname = current_database())
      and c.relnamespace = current_schema()::regnamespace and c.relname = any($1)
      and l.pid <> pg_backend_pid() and ($2 = false or l.mode = 'AccessExclusiveLock')
    order by l.granted desc, a.xact_start limit 1`,
    [names, isShared],
  );
  const [holder] = rows;
  if (holder === undefined) return 'Another session kept the tables locked, and is gone by now: try again.';
  return (
    `Another session keeps table "${holder.relation}" locked: ${holder.session}. Wait until it is done, ` +
    `or end it with "select pg_terminate_backend(${holder.pid})", then try again.`
  );
}
