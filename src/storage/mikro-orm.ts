import { defineConfig, type Logger, MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import type { Log } from '../application/ports/log.ts';
import type { DatabaseLink, RuntimeParameters } from '../postgres/database-link.ts';
import { ENTITIES } from './entities.ts';
import { MIGRATIONS_TABLE } from './schema/migrations-table.ts';

export type Orm = MikroORM;

export type OrmSettings = {
  readonly link: DatabaseLink;
  /** Where the tables are. */
  readonly schema: string;
  readonly poolSize: number;
  readonly log: Log;
  /** Whether every statement goes to the log, without its values. */
  readonly sqlEcho: boolean;
  /** How long the server may take for a statement before the answer is "unavailable"; 0 for as long as it needs. */
  readonly statementTimeoutMs?: number;
  /** The node whose connections these are, as entries of the audit trail name it. */
  readonly nodeId?: string;
};

const STATEMENT_TIMEOUT_MS = 10_000;
/** So much later than the server would have ended the statement its answer is not waited for any longer. */
const ANSWER_AFTER_MS = 2_000;

/** The server ends what takes too long. Where nobody hears of that for so many milliseconds, the link is gone. */
export const answerWithinMs = (statementTimeoutMs = STATEMENT_TIMEOUT_MS): number =>
  statementTimeoutMs > 0 ? statementTimeoutMs + ANSWER_AFTER_MS : Number.POSITIVE_INFINITY;

/** What a column's default reads, so that no statement has to say it. */
const NODE_PARAMETER = 'clawcierge.node';

/** What the connections of the pool start with, or, behind a pooler, each transaction. */
export const poolParameters = ({
  schema,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
  nodeId,
}: Pick<OrmSettings, 'schema' | 'statementTimeoutMs' | 'nodeId'>): RuntimeParameters => ({
  // What others keep in the database is never read in place of a table that is missing.
  search_path: pg.escapeIdentifier(schema),
  statement_timeout: statementTimeoutMs,
  idle_in_transaction_session_timeout: statementTimeoutMs,
  timezone: 'UTC',
  // What is not to keep its plan says so (docs/decisions/0029).
  plan_cache_mode: 'force_generic_plan',
  // Workers take longer to start, and compiled expressions longer to compile, than any statement here may run (0032).
  max_parallel_workers_per_gather: 0,
  jit: 'off',
  ...(nodeId !== undefined && { [NODE_PARAMETER]: nodeId }),
});

/** The ORM over one connection pool, which the hot path's plain SQL shares. Connects when it is first used. */
export const createOrm = async ({
  link,
  schema,
  poolSize,
  log,
  sqlEcho,
  statementTimeoutMs = STATEMENT_TIMEOUT_MS,
  nodeId,
}: OrmSettings): Promise<Orm> =>
  MikroORM.init(
    defineConfig({
      entities: [...ENTITIES],
      // Only a name for the ORM: where to connect is the link's to say.
      dbName: link.databaseName,
      driverOptions: {
        ...link.poolConfig({
          applicationName: 'clawcierge',
          parameters: poolParameters({ schema, statementTimeoutMs, ...(nodeId !== undefined && { nodeId }) }),
        }),
        max: poolSize,
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
