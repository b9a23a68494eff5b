import pg from 'pg';
import { normaliseDatabaseUrl } from './database-url.ts';

/** What a connection is for. */
export type Session = {
  /** The name that the server shows it under. */
  readonly applicationName: string;
  /** PostgreSQL's run-time parameters that it starts with, such as `timezone`. */
  readonly parameters?: Readonly<Record<string, string | number>>;
  /** How long the driver waits for an answer; for ever unless told. */
  readonly queryTimeoutMs?: number;
};

/**
 * How one database is reached. Whatever connects to it, the pool, the migration, the bus, a script, has its
 * configuration from here, so that what holds for all connections is said once.
 */
export type DatabaseLink = {
  readonly databaseName: string;
  /** As the driver's `Client` and `Pool` take it. */
  config(session: Session): pg.ClientConfig;
  /** A connection of its own, that connects when it is told to. */
  client(session: Session): pg.Client;
};

/** How long a caller waits for a connection before the answer is "unavailable". */
const CONNECT_TIMEOUT_MS = 5_000;
/** The system looks after a connection over which nothing comes so soon; its own choice would be two hours. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/** The URL as an operator writes it; anything that is not PostgreSQL's is refused with a line that names DATABASE_URL. */
export const createDatabaseLink = (databaseUrl: string): DatabaseLink => {
  const connectionString = normaliseDatabaseUrl(databaseUrl);
  const config: DatabaseLink['config'] = ({ applicationName, parameters = {}, queryTimeoutMs }) => ({
    connectionString,
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...(queryTimeoutMs !== undefined && { query_timeout: queryTimeoutMs }),
    options: startOptions(parameters),
  });
  return {
    databaseName: decodeURIComponent(new URL(connectionString).pathname.slice(1)),
    config,
    client: (session) => new pg.Client(config(session)),
  };
};

/** Run-time parameters as the server takes them when a connection starts. */
const startOptions = (parameters: Readonly<Record<string, string | number>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `-c ${name}=${String(value).replaceAll(/[\\\s]/g, '\\$&')}`)
    .join(' ');
