import type pg from 'pg';
import { type Host, readDatabaseUrl, type ServerKind } from './database-url.ts';
import { LinkClient, type Route } from './link-client.ts';
import { LinkError } from './link-error.ts';
import { readTlsFiles } from './tls-files.ts';

/** PostgreSQL's, such as `timezone`, by their names. */
export type RuntimeParameters = Readonly<Record<string, string | number>>;

/** What a connection is for. */
export type Session = {
  /** The name that the server shows it under. */
  readonly applicationName: string;
  /** What it starts with. */
  readonly parameters?: RuntimeParameters;
  /** How long the driver waits for an answer; for ever unless told. */
  readonly queryTimeoutMs?: number;
};

/**
 * How one database is reached. Whatever connects to it, the pool, the migration, the bus, a script, has its
 * connections from here, so that what holds for all of them is said once.
 */
export type DatabaseLink = {
  /** Where its URL is from. */
  readonly setting: string;
  readonly databaseName: string;
  /** What its servers must be like. */
  readonly serverKind: ServerKind;
  /**
   * Whether a pooler stands in between that gives each transaction a connection of the server's that others have had. Then
   * a pool's connections start with no parameters, and keep nothing from one transaction to the next.
   */
  readonly isPooled: boolean;
  /** The way past the pooler; the same link where there is none. */
  readonly direct: DatabaseLink;
  /** As the driver's `Pool` takes it: with a `Client` of its own. */
  poolConfig(session: Session): pg.PoolConfig;
  /** A connection of its own, past the pooler, that connects when it is told to. */
  client(session: Session): LinkClient;
};

/** How long a caller waits for a connection before the answer is "unavailable". */
const CONNECT_TIMEOUT_MS = 5_000;
/** The system looks after a connection over which nothing comes so soon; its own choice would be two hours. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/**
 * The URL as an operator writes it. What is not PostgreSQL's, or names a file that cannot be used, is refused with a
 * line that names the setting.
 */
export const createDatabaseLink = (
  databaseUrl: string,
  {
    setting = 'DATABASE_URL',
    password = null,
    direct,
    isPooled = false,
  }: {
    /** Where the URL is from. */
    readonly setting?: string;
    /** For a URL that has none. */
    readonly password?: string | null;
    /** The way past a pooler. */
    readonly direct?: DatabaseLink;
    readonly isPooled?: boolean;
  } = {},
): DatabaseLink => {
  const address = readDatabaseUrl(databaseUrl, setting);
  const { tls, hosts, connectTimeoutMs } = address;
  const order = createOrder(hosts, address.isBalanced);
  const route: Route = {
    setting,
    address,
    connectWithinMs: connectTimeoutMs === null ? CONNECT_TIMEOUT_MS : connectTimeoutMs * hosts.length,
    readTlsFiles: () => readTlsFiles(tls, setting),
    ...order,
  };
  route.readTlsFiles();
  const secret = address.password ?? password;

  const config = ({ queryTimeoutMs }: Session): pg.ClientConfig => ({
    user: address.user,
    // A function where there is none, or the driver would look for one elsewhere.
    password:
      secret ??
      (() => Promise.reject(new LinkError('28P01', `The server asks for a password, and ${setting} has none.`))),
    database: address.database,
    host: hosts[0]?.host ?? 'localhost',
    port: hosts[0]?.port ?? 5_432,
    ssl: false,
    sslnegotiation: 'postgres',
    connectionTimeoutMillis: route.connectWithinMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
  });
  const startOf = ({ applicationName, parameters = {} }: Session): Record<string, string> => ({
    application_name: address.applicationName ?? applicationName,
    ...(address.options !== null && { options: address.options }),
    ...Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)])),
  });

  const link: DatabaseLink = {
    setting,
    databaseName: address.database,
    serverKind: address.serverKind,
    isPooled,
    get direct() {
      return direct ?? link;
    },
    poolConfig: ({ parameters = {}, ...session }) => ({
      ...config(session),
      Client: class extends LinkClient {
        // What the pool adds to it, such as how values are read.
        constructor(poolConfig: pg.PoolConfig = {}) {
          super(poolConfig, route, startOf({ ...session, ...(!isPooled && { parameters }) }));
        }
      },
    }),
    client: (session) => direct?.client(session) ?? new LinkClient(config(session), route, startOf(session)),
  };
  return link;
};

/** The hosts beginning with the one that was right the last time, so that one that is gone does not delay every connection. */
const createOrder = (hosts: readonly Host[], isBalanced: boolean): Pick<Route, 'hosts' | 'found'> => {
  let first = 0;
  return {
    hosts: () => {
      const from = isBalanced ? Math.floor(Math.random() * hosts.length) : first;
      return [...hosts.slice(from), ...hosts.slice(0, from)];
    },
    found: (host) => {
      first = hosts.indexOf(host);
    },
  };
};
