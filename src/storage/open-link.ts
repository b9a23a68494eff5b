import type { Log } from '../application/ports/log.ts';
import { createDatabaseLink, type DatabaseLink, type RuntimeParameters } from '../postgres/database-link.ts';
import type { LinkClient } from '../postgres/link-client.ts';
import { LinkError } from '../postgres/link-error.ts';
import { outwardError } from './storage-errors.ts';

/**
 * The link to the database of the settings. Asks the server whether a pooler stands in between, unless the settings say it;
 * with one it needs the way past it, too.
 */
export const openLink = async ({
  databaseUrl,
  directUrl,
  password,
  pooler,
  log,
}: {
  readonly databaseUrl: string;
  /** Past the pooler. */
  readonly directUrl: string | undefined;
  /** For URLs that have none. */
  readonly password: string | undefined;
  /** What stands between the platform and its database. `auto`: it is found out. */
  readonly pooler: 'auto' | 'transaction' | 'none';
  readonly log: Log;
}): Promise<DatabaseLink> => {
  const secret = { password: password ?? null };
  const plain = createDatabaseLink(databaseUrl, secret);
  const direct =
    directUrl === undefined ? null : createDatabaseLink(directUrl, { ...secret, setting: 'DATABASE_DIRECT_URL' });
  const isPooled = pooler === 'transaction' || (pooler === 'auto' && (await leadsToPooler(plain, log)));
  // A pooler that is said not to be there would keep the lock of a migration for ever.
  if (pooler === 'none') await withClients(plain, log, 1, async () => undefined, { plan_cache_mode: 'auto' });
  if (!isPooled) return direct === null ? plain : createDatabaseLink(databaseUrl, { ...secret, direct });
  if (direct === null) {
    throw new LinkError(
      'pooler',
      'A pooler stands in front of it, which gives each transaction another connection. Set DATABASE_DIRECT_URL to the database itself: migrations, and hints between nodes without REDIS_URL, go past the pooler. If it keeps connections for whole sessions, set DATABASE_POOLER=none instead.',
    );
  }
  if (await sharesConnections(direct, log)) {
    throw new LinkError(
      'pooler',
      'DATABASE_DIRECT_URL leads to a pooler of transactions, too: it should name the database itself.',
    );
  }
  return createDatabaseLink(databaseUrl, { ...secret, direct, isPooled });
};

/** The server says who serves the connection; a pooler, which has one of many do it, makes something up. */
const leadsToPooler = (link: DatabaseLink, log: Log): Promise<boolean> =>
  withClients(link, log, 1, async ([client]) => (await processOf(client)) !== client.serverProcess);

/** Whether two transactions of one connection may be served by two of the server's, as no pooler of sessions does. */
const sharesConnections = (link: DatabaseLink, log: Log): Promise<boolean> =>
  withClients(link, log, 2, async ([one, other]) => {
    const before = await processOf(one);
    if (before === one.serverProcess || other === undefined) return false;
    await other.query('begin');
    return (await processOf(other)) === before || (await processOf(one)) !== before;
  });

const processOf = async (client: LinkClient): Promise<number | undefined> =>
  (await client.query<{ pid: number }>('select pg_backend_pid() as pid')).rows[0]?.pid;

const withClients = async <Result>(
  link: DatabaseLink,
  log: Log,
  count: number,
  work: (clients: readonly [LinkClient, ...LinkClient[]]) => Promise<Result>,
  parameters: RuntimeParameters = {},
): Promise<Result> => {
  const connect = async () => {
    const client = link.client({ applicationName: 'clawcierge start', queryTimeoutMs: ANSWER_WITHIN_MS, parameters });
    client.on('error', () => undefined);
    clients.push(client);
    await client.connect();
    return client;
  };
  const clients: LinkClient[] = [];
  try {
    const first = await connect();
    const others: LinkClient[] = [];
    while (others.length < count - 1) others.push(await connect());
    return await work([first, ...others]);
  } catch (error) {
    throw outwardError(error, 'look-for-pooler', log);
  } finally {
    for (const client of clients) client.destroy();
  }
};

const ANSWER_WITHIN_MS = 5_000;
