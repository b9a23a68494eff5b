import type pg from 'pg';
import type { DatabaseLink } from '../../postgres/database-link.ts';
import { BackupError } from './backup-format.ts';

/** As long as it takes, and values as texts that every other server reads the same. */
const SETTINGS: Readonly<Record<string, string>> = {
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  transaction_timeout: '0',
  lock_timeout: '10s',
  // It holds locks: those of a machine that is gone are not to last.
  tcp_keepalives_idle: '10',
  timezone: 'UTC',
  datestyle: 'ISO, YMD',
  intervalstyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  // Rows that a policy hides are an error instead of missing.
  row_security: 'off',
};

/**
 * Does the work on a connection of its own, straight to the server and under that name, which is gone when the work is done, or at once when
 * the signal comes.
 */
export const inSession = async <Result>(
  link: DatabaseLink,
  applicationName: string,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> => {
  const client = link.client({ applicationName });
  // Whatever is under way hears of it.
  client.on('error', () => undefined);
  await connect(client);
  const end = () => void client.end().catch(() => undefined);
  signal.addEventListener('abort', end);
  try {
    signal.throwIfAborted();
    // A server that is older than a setting does not have it.
    await client.query(
      `select set_config(there.name, wanted.value, false) from jsonb_each_text($1) as wanted (name, value)
      join pg_settings as there on lower(there.name) = wanted.name`,
      [JSON.stringify(SETTINGS)],
    );
    return await work(client);
  } finally {
    signal.removeEventListener('abort', end);
    await client.end();
  }
};

const connect = async (client: pg.Client): Promise<void> => {
  try {
    await client.connect();
  } catch (cause) {
    // Several addresses of one host were tried: any of their errors will do.
    const error = cause instanceof AggregateError ? cause.errors[0] : cause;
    throw new BackupError(`The database cannot be reached: ${error instanceof Error ? error.message : error}.`, {
      cause,
    });
  }
};
