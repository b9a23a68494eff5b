import type { Bus } from './application/ports/bus.ts';
import type { Log } from './application/ports/log.ts';
import type { Ports } from './application/ports/ports.ts';
import { MemoryNetwork } from './bus/memory-network.ts';
import { PostgresBus } from './bus/postgres-bus.ts';
import type { SharedRedis } from './bus/redis-bus.ts';
import type { Config } from './config.ts';
import type { ReadableMetrics, startMetrics as StartMetrics } from './metrics/start-metrics.ts';
import { createDatabaseLink, type DatabaseLink } from './postgres/database-link.ts';
import { createStorage, type Storage } from './storage/create-storage.ts';
import { openLink } from './storage/open-link.ts';
import { inWordsOf, openDatabase } from './storage/schema/open-database.ts';

// The adapters among which the settings choose.

/** The Redis that nodes share, where there is one, and what this platform's keys begin with there. */
export async function redisOf(config: Config, storage: Storage): Promise<SharedRedis | null> {
  const { redisUrl: url, redisPrefix } = config;
  if (url === undefined) return null;
  const prefix = redisPrefix ?? `clawcierge:${await inWordsOf(config, () => storage.platformId())}`;
  return { url, prefix };
}

/** What carries hints between nodes: Redis where there is one, else the database that they share. */
export async function createBus(
  { databaseUrl }: Config,
  {
    redis,
    link,
    schema,
    log,
  }: {
    readonly redis: SharedRedis | null;
    readonly link: DatabaseLink;
    readonly schema: string;
    readonly log: Log;
  },
): Promise<Bus> {
  if (redis) return (await import('./bus/redis-bus.ts')).createRedisBus(redis, log);
  // Nobody shares the embedded database.
  return databaseUrl ? new PostgresBus(link, log, schema) : new MemoryNetwork(log).join();
}

/** What sends e-mail, where a mail server is set; loaded only then. */
export async function openMailer({ smtpUrl: url, mailFrom: from }: Config) {
  if (url === undefined || from === undefined) return null;
  return (await import('./mail/smtp-mailer.ts')).createSmtpMailer({ url, from });
}

/** Lets the metrics be read, where the settings say so; loaded only then, since it would be a part of every start. */
export async function readMetrics(
  config: Config,
  deps: Parameters<typeof StartMetrics>[1],
): Promise<ReadableMetrics | null> {
  if (config.metricsPort === undefined && !config.metricsOnPublicPort) return null;
  return (await import('./metrics/start-metrics.ts')).startMetrics(config, deps);
}

/** How the database of the settings is reached; nothing stands before the embedded one. */
export async function linkOf(config: Config, databaseUrl: string, log: Log): Promise<DatabaseLink> {
  if (config.databaseUrl === undefined) return createDatabaseLink(databaseUrl);
  const { databaseDirectUrl: directUrl, databasePassword: password, databasePooler: pooler } = config;
  return openLink({ databaseUrl, directUrl, password, pooler, log });
}

/** The stores over an up-to-date database, and the schema that it is in. */
export async function openStorage(
  config: Config,
  link: DatabaseLink,
  nodeId: string,
  told: Pick<Ports, 'log' | 'metrics' | 'tracing'>,
): Promise<{ readonly storage: Storage; readonly schema: string }> {
  const { schema } = await openDatabase({ ...config, link, log: told.log });
  const storage = await createStorage({
    link,
    schema,
    nodeId,
    poolSize: config.databasePoolSize,
    statementTimeoutMs: config.databaseStatementTimeoutSeconds * 1_000,
    ...told,
    sqlEcho: config.appEnv === 'development' && config.logLevel === 'debug',
  });
  return { storage, schema };
}
