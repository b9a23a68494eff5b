import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { silentLog } from '../src/application/ports/log.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../src/storage/embedded/start-embedded-postgres.ts';
import { within } from '../test/testkit/eventually.ts';
import { startRedis, type TestRedis } from '../test/testkit/redis-server.ts';

/** This tree, whose nodes are measured unless another one is named. */
const TREE = fileURLToPath(new URL('..', import.meta.url));
/** As `npm start` has it. */
const nodeMain = (tree: string) => ['--max-semi-space-size=16', join(tree, 'scripts/start.js')];
/** What carries hints between the nodes of a stand; `--bus` chooses. */
export type StandBus = 'postgres' | 'redis';

/** Reads `--bus`. */
export function busOf(text: string): StandBus {
  if (text !== 'postgres' && text !== 'redis') throw new Error('--bus is postgres or redis');
  return text;
}

/** What a server says when it is ready: to people, and in production's log. */
const READY = /listens on|"message":"started"/;

/** How long a process may take until it is ready, and to end after SIGTERM: then it is killed. */
const START_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 60_000;

const PEER_MAIN = [fileURLToPath(new URL('./peer/server.ts', import.meta.url))];
const AGENT_MAIN = [fileURLToPath(new URL('./agent.ts', import.meta.url))];

export { silentLog };

/** A process of the stand, which can be killed and started again as it was. */
export type StandProcess = {
  readonly name: string;
  pid(): number;
  kill(): Promise<void>;
  start(): Promise<void>;
  /** Ends it with SIGTERM, and answers its exit code; null when it was not running, or a signal ended it. */
  stop(): Promise<number | null>;
};

export type StandNode = StandProcess & { readonly url: string };

/** Whatever was started and has not ended. */
const running = new Set<ChildProcess>();

// Whoever ends a benchmark before its time leaves nothing behind; the embedded server ends by itself.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * What a benchmark stands on: a PostgreSQL of its own that keeps its promises to the disk, a Redis, and whatever nodes
 * and agents are asked for, as processes of their own. Everything listens on this machine alone and ends with `end`.
 */
export class Stand {
  readonly databaseUrl: string;
  readonly redis: TestRedis | null;
  /** The superuser's, on the maintenance database. */
  readonly superuserUrl: string;
  readonly #tree: string;
  readonly #ends: (() => Promise<void>)[] = [];

  private constructor({ databaseUrl, superuserUrl }: EmbeddedPostgres, redis: TestRedis | null, tree: string) {
    this.#tree = tree;
    this.databaseUrl = databaseUrl;
    this.superuserUrl = superuserUrl;
    this.redis = redis;
  }

  /** @param options.tree a checkout whose nodes are started, such as an older one's */
  static async begin({
    withRedis,
    tree = TREE,
  }: {
    readonly withRedis: boolean;
    readonly tree?: string;
  }): Promise<Stand> {
    const folder = mkdtempSync(join(tmpdir(), 'clawcierge-bench-'));
    // The database's own user must be able to enter it.
    chmodSync(folder, 0o755);
    const postgres = await startEmbeddedPostgres({ dataDir: folder, log: silentLog });
    const redis = withRedis ? await startRedis() : null;
    const stand = new Stand(postgres, redis, tree);
    stand.#ends.push(async () => {
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    if (redis) stand.#ends.push(() => redis.stop());
    return stand;
  }

  /** A node on a port that it keeps over restarts; `onLine` hears what it says, instead of whoever runs the benchmark. */
  startNode(
    name: string,
    settings: Readonly<Record<string, string>> = {},
    onLine?: (line: string) => void,
  ): Promise<StandNode> {
    const env = {
      LOG_LEVEL: 'error',
      ADMIN_PASSWORD: 'for the benchmark',
      DATABASE_URL: this.databaseUrl,
      RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '10000000',
      ...(this.redis && { REDIS_URL: this.redis.url }),
      ...settings,
    };
    return this.#startServer(name, nodeMain(this.#tree), env, onLine);
  }

  /** The hand-written server, on that database. */
  startPeer(databaseUrl: string, settings: Readonly<Record<string, string>> = {}): Promise<StandNode> {
    return this.#startServer('peer', PEER_MAIN, { DATABASE_URL: databaseUrl, ...settings });
  }

  /** Another database on the same server, and its address. */
  async createDatabase(name: string): Promise<string> {
    const url = new URL(this.databaseUrl);
    const client = new pg.Client({ connectionString: this.superuserUrl });
    await client.connect();
    try {
      const owner = client.escapeIdentifier(decodeURIComponent(url.username));
      await client.query(`create database ${client.escapeIdentifier(name)} owner ${owner}`);
    } finally {
      await client.end();
    }
    url.pathname = `/${name}`;
    return url.href;
  }

  /** An agent process; `onLine` hears what it says. */
  async startAgent(
    name: string,
    options: {
      readonly url: string;
      readonly apiKey: string;
      readonly onLine: (line: string) => void;
      /** Hears what its SDK logs, down to each delivery; without it nothing is logged. */
      readonly onLogLine?: (line: string) => void;
      /** Its connection counts as lost when nothing is heard for so long. */
      readonly silenceMs?: number;
      /** How many requests it works on at a time; without it 64. */
      readonly concurrency?: number;
    },
  ): Promise<StandProcess> {
    const { url, apiKey, onLine, onLogLine, silenceMs, concurrency } = options;
    const env = {
      AGENT_URL: url,
      AGENT_KEY: apiKey,
      ...(silenceMs !== undefined && { AGENT_SILENCE_MS: String(silenceMs) }),
      ...(concurrency !== undefined && { AGENT_CONCURRENCY: String(concurrency) }),
      ...(onLogLine && { AGENT_LOG: 'debug' }),
    };
    const agent = this.#process(name, AGENT_MAIN, /^ready/, env, onLine, onLogLine);
    await agent.start();
    return agent;
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  async #startServer(
    name: string,
    main: readonly string[],
    env: Readonly<Record<string, string>>,
    onLine?: (line: string) => void,
  ): Promise<StandNode> {
    const port = String(await freePort());
    const child = this.#process(name, main, READY, { PORT: port, ...env }, onLine, onLine);
    await child.start();
    return { ...child, url: `http://127.0.0.1:${port}` };
  }

  #process(
    name: string,
    main: readonly string[],
    ready: RegExp,
    env: Readonly<Record<string, string>>,
    onLine: (line: string) => void = () => {},
    onErrorLine?: (line: string) => void,
  ): StandProcess {
    let child: ChildProcess | null = null;
    const end = async (signal: NodeJS.Signals): Promise<number | null> => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return null;
      const exited = once(child, 'exit');
      child.kill(signal);
      const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_WITHIN_MS);
      const [code] = await exited;
      clearTimeout(timer);
      return typeof code === 'number' ? code : null;
    };
    this.#ends.push(async () => void (await end('SIGTERM')));
    return {
      name,
      pid: () => child?.pid ?? 0,
      kill: async () => void (await end('SIGKILL')),
      stop: () => end('SIGTERM'),
      async start() {
        const { PATH = '', HOME = '' } = process.env;
        const started = spawn(process.execPath, main, {
          cwd: tmpdir(),
          env: { PATH, HOME, ...env },
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        child = started;
        running.add(started);
        started.once('exit', () => running.delete(started));
        const isReady = new Promise<void>((resolve, reject) => {
          started.once('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
          const hear = (heard: (line: string) => void) => (line: string) => {
            if (ready.test(line)) resolve();
            else heard(line);
          };
          createInterface({ input: started.stdout }).on('line', hear(onLine));
          if (onErrorLine) createInterface({ input: started.stderr }).on('line', hear(onErrorLine));
          else started.stderr.pipe(process.stderr);
        });
        await within(isReady, `start of ${name}`, START_WITHIN_MS);
      },
    };
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no free port');
  return address.port;
}
