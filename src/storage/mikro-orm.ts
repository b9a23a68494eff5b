import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type Logger, MikroORM } from '@mikro-orm/postgresql';
import type { Log } from '../application/ports/log.ts';
import { ENTITIES } from './entities.ts';
import { MIGRATIONS } from './migrations/index.ts';

export type Orm = MikroORM;

export type OrmSettings = {
  /** Normalised. */
  readonly databaseUrl: string;
  readonly poolSize: number;
  readonly log: Log;
  /** Whether every statement goes to the log, without its values. */
  readonly sqlEcho: boolean;
  /** How long the server may take for a statement before the answer is "unavailable"; 0 for as long as it needs. */
  readonly statementTimeoutMs?: number;
};

/** Holds the names of the migrations that were run. */
export const MIGRATIONS_TABLE = 'migrations';
/** How long a caller waits for a connection before the answer is "unavailable". */
export const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 10_000;

/** The ORM over one connection pool, which the hot path's plain SQL shares. Connects when it is first used. */
export const createOrm = async ({
  databaseUrl,
  poolSize,
  log,
  sqlEcho,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
}: OrmSettings): Promise<Orm> =>
  MikroORM.init(
    defineConfig({
      entities: [...ENTITIES],
      extensions: [Migrator],
      // Only a name for the ORM: where to connect is the URL's to say.
      dbName: decodeURIComponent(new URL(databaseUrl).pathname.slice(1)),
      driverOptions: {
        connectionString: databaseUrl,
        application_name: 'clawcierge',
        max: poolSize,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
        statement_timeout: statementTimeoutMs,
        idle_in_transaction_session_timeout: statementTimeoutMs,
        keepAlive: true,
        // What is not to keep its plan says so (docs/decisions/0029). Workers take longer to start, and compiled
        // expressions longer to compile, than any statement here may run (0032).
        options:
          '-c plan_cache_mode=force_generic_plan -c timezone=UTC -c max_parallel_workers_per_gather=0 -c jit=off',
      },
      migrations: {
        migrationsList: MIGRATIONS,
        tableName: MIGRATIONS_TABLE,
        // Needs a superuser, and nothing here needs it.
        disableForeignKeys: false,
        snapshot: false,
        silent: true,
      },
      schemaGenerator: { skipTables: [MIGRATIONS_TABLE] },
      // Asks nothing of the server when it connects: it may be away.
      ensureDatabase: false,
      debug: sqlEcho ? ['query'] : false,
      loggerFactory: () => toLogger(log, sqlEcho),
    }),
  );

/** Passes on what the ORM has to say; statements without their values. */
const toLogger = (log: Log, sqlEcho: boolean): Logger => ({
  log: (namespace, message) => log.debug({ namespace }, message),
  warn: (namespace, message) => log.warn({ namespace }, message),
  // The callers hear of every error, and log it without the statement.
  error: (namespace, message) => log.debug({ namespace }, message),
  logQuery: ({ query, took }) => {
    if (sqlEcho) log.info({ sql: query, ms: took }, 'statement');
  },
  setDebugMode: () => undefined,
  isEnabled: (namespace) => sqlEcho && namespace === 'query',
});
