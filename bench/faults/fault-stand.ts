import pg from 'pg';
import { databaseAtPort, socketOf } from '../../test/testkit/database-address.ts';
import { type NetworkProxy, openNetworkProxy } from '../../test/testkit/network-proxy.ts';
import { registerParties } from '../parties.ts';
import { Stand, type StandBus, type StandNode } from '../stand.ts';
import { Logs } from './logs.ts';
import { readiness } from './probes.ts';

/** How long things take on the stand, in milliseconds. */
export type Times = {
  /** NODE_TIMEOUT_SECONDS, and with it DELIVERY_ACK_TIMEOUT_SECONDS. */
  readonly timeoutMs: number;
  /** DATABASE_STATEMENT_TIMEOUT_SECONDS. */
  readonly statementMs: number;
  /** Agents and nodes notice so late that nothing comes over a channel. */
  readonly silenceMs: number;
  /** Longer than `timeoutMs`: others have noticed. */
  readonly longMs: number;
  /** How long what was killed is away. */
  readonly awayMs: number;
};

/** The defaults, but for heartbeats, which would take a minute. */
export const DEFAULT_TIMES: Times = {
  timeoutMs: 10_000,
  statementMs: 10_000,
  silenceMs: 10_000,
  longMs: 15_000,
  awayMs: 3_000,
};
export const SHORT_TIMES: Times = {
  timeoutMs: 3_000,
  statementMs: 2_000,
  silenceMs: 5_000,
  longMs: 5_000,
  awayMs: 1_000,
};

export type FaultNode = StandNode & {
  /** Everything that this node has to do with the database goes over it. */
  readonly databaseLinks: NetworkProxy;
};

type Options = {
  readonly bus: StandBus;
  readonly times: Times;
  /** A folder for what nodes and agents log; without one they log nothing. */
  readonly logs: string | undefined;
};

const AGENTS_PER_NODE = 2;
/** Whatever PostgreSQL is set to, this session may write. */
const MAY_WRITE = '-c default_transaction_read_only=off';

/** Two nodes, each with links of its own to the database, and with agents whose links can be cut as well. */
export class FaultStand {
  readonly times: Times;
  readonly nodes: FaultNode[] = [];
  /** One for each agent, to its node. */
  readonly agentLinks: NetworkProxy[] = [];
  handle = '';
  senderKey = '';
  #agentKey = '';
  /** Hears of each execution of a handler. */
  onRun: (requestId: string, attempt: string) => void = () => {};
  readonly #stand: Stand;
  readonly #logs: Logs;

  private constructor(stand: Stand, times: Times, logs: Logs) {
    this.#stand = stand;
    this.times = times;
    this.#logs = logs;
  }

  static async begin({ bus, times, logs }: Options): Promise<FaultStand> {
    const stand = new FaultStand(await Stand.begin({ withRedis: bus === 'redis' }), times, new Logs(logs));
    try {
      for (const name of ['A', 'B']) await stand.#startNode(name);
      const [first] = stand.nodes;
      const { handle, agentKey, senderKey } = await registerParties(first?.url ?? '');
      stand.handle = handle;
      stand.senderKey = senderKey;
      stand.#agentKey = agentKey;
      for (const node of stand.nodes) {
        for (let at = 0; at < AGENTS_PER_NODE; at += 1) await stand.#startAgent(node);
      }
      return stand;
    } catch (error) {
      await stand.end();
      throw error;
    }
  }

  get databaseUrl(): string {
    return this.#stand.databaseUrl;
  }

  get redis() {
    return this.#stand.redis;
  }

  /** Whether every node is ready, and every agent has its channel, and no other. */
  async isWhole(): Promise<boolean> {
    const states = await Promise.all(this.nodes.map(({ url }) => readiness(url)));
    if (states.some((state) => state !== '200')) return false;
    const [channels] = await run(this.databaseUrl, ['select id from channels']);
    return channels?.rowCount === this.agentLinks.length;
  }

  /** What the platform calls itself in the database. */
  get databaseUser(): string {
    return decodeURIComponent(new URL(this.databaseUrl).username);
  }

  /** Runs SQL past the platform, each statement in a transaction of its own; on the platform's database. */
  async asSuperuser(...statements: readonly string[]): Promise<void> {
    const url = new URL(this.#stand.superuserUrl);
    url.pathname = new URL(this.databaseUrl).pathname;
    await run(url.href, statements);
  }

  /** Ends every session of the platform in the database. */
  async endSessions(): Promise<void> {
    await this.asSuperuser(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${this.databaseUser}'`,
    );
  }

  async end(): Promise<void> {
    await this.#stand.end();
    for (const proxy of [...this.agentLinks, ...this.nodes.map(({ databaseLinks }) => databaseLinks)]) proxy.close();
    this.#logs.end();
  }

  async #startNode(name: string): Promise<void> {
    const databaseLinks = await openNetworkProxy(socketOf(this.databaseUrl));
    const settings = {
      ...settingsOf(this.times),
      LOG_LEVEL: this.#logs.areKept ? 'info' : 'silent',
      DATABASE_URL: databaseAtPort(this.databaseUrl, databaseLinks.port),
    };
    const node = await this.#stand.startNode(`node ${name}`, settings, this.#logs.of(`node-${name}`));
    this.nodes.push({ ...node, databaseLinks });
  }

  async #startAgent({ url }: FaultNode): Promise<void> {
    const links = await openNetworkProxy(Number(new URL(url).port));
    this.agentLinks.push(links);
    const name = `agent-${this.agentLinks.length}`;
    await this.#stand.startAgent(name, {
      url: `http://127.0.0.1:${links.port}`,
      apiKey: this.#agentKey,
      silenceMs: this.times.silenceMs,
      onLine: (line) => {
        const [what, id = '', attempt = ''] = line.split(' ');
        if (what === 'ran') this.onRun(id, attempt);
      },
      ...(this.#logs.areKept && { onLogLine: this.#logs.of(name) }),
    });
  }
}

async function run(connectionString: string, statements: readonly string[]): Promise<readonly pg.QueryResult[]> {
  const client = new pg.Client({ connectionString, options: MAY_WRITE });
  await client.connect();
  try {
    const results: pg.QueryResult[] = [];
    for (const statement of statements) results.push(await client.query(statement));
    return results;
  } finally {
    await client.end();
  }
}

function settingsOf({ timeoutMs, statementMs, silenceMs }: Times): Record<string, string> {
  return {
    NODE_TIMEOUT_SECONDS: String(timeoutMs / 1_000),
    DELIVERY_ACK_TIMEOUT_SECONDS: String(timeoutMs / 1_000),
    DATABASE_STATEMENT_TIMEOUT_SECONDS: String(statementMs / 1_000),
    WS_HEARTBEAT_INTERVAL_SECONDS: String(silenceMs / 3_000),
    WS_HEARTBEAT_TIMEOUT_SECONDS: String(silenceMs / 1_000),
  };
}
