import { onTestFinished } from 'vitest';
import { startTestPlatform, type TestPlatform } from './platform.ts';
import { createTestDatabase } from './postgres.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';

export { nth } from './nth.ts';

/**
 * Times that let a test see in seconds what takes longer in production. Nobody is given up for being slow, as everybody
 * is on a busy machine: tests of that take `GIVES_UP_SOON`.
 */
export const QUICK = {
  NODE_TIMEOUT_SECONDS: '60',
  DELIVERY_ACK_TIMEOUT_SECONDS: '60',
  WS_HEARTBEAT_INTERVAL_SECONDS: '0.5',
  WS_HEARTBEAT_TIMEOUT_SECONDS: '60',
  SHUTDOWN_GRACE_SECONDS: '2',
  LOG_LEVEL: 'warn',
} as const;

/** For tests in which a node is gone, or takes itself for gone. */
export const GIVES_UP_SOON = { NODE_TIMEOUT_SECONDS: '4' } as const;

type Options = {
  readonly count?: number;
  /** Hints between the nodes go over it. */
  readonly redisUrl?: string;
  /** Hints between nodes of this process go over their database; nodes with processes of their own do so anyway. */
  readonly overPostgres?: boolean;
  /** A database that the test made; their own by default. */
  readonly databaseUrl?: string;
  readonly env?: Readonly<Record<string, string>>;
};

const settings = async ({ redisUrl, databaseUrl, env = {} }: Options) => ({
  ...QUICK,
  ...(redisUrl !== undefined && { REDIS_URL: redisUrl }),
  DATABASE_URL: databaseUrl ?? (await databaseForTest()),
  ...env,
});

async function databaseForTest(): Promise<string> {
  const { url, drop } = await createTestDatabase();
  onTestFinished(() => drop());
  return url;
}

/** Nodes as processes of their own on one database; ended when the test is over. */
export async function startNodeProcesses(options: Options = {}): Promise<{
  readonly nodes: readonly ServerProcess[];
  /** One more node of the same cluster. */
  start(): Promise<ServerProcess>;
}> {
  const env = await settings(options);
  const start = () => startServerProcess(env);
  return { nodes: await Promise.all(Array.from({ length: options.count ?? 2 }, start)), start };
}

/** Nodes in this process on one database; stopped when the test is over. */
export async function startNodes(options: Options = {}): Promise<readonly TestPlatform[]> {
  const { DATABASE_URL: databaseUrl, ...others } = await settings(options);
  const env = options.overPostgres ? { ...others, DATABASE_URL: databaseUrl } : others;
  const nodes = await Promise.all(
    Array.from({ length: options.count ?? 2 }, () => startTestPlatform({ databaseUrl, env })),
  );
  onTestFinished(async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  });
  return nodes;
}
