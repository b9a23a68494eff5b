import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { ClientProcess } from './clients/client-process.ts';
import type { AgentParty, DoorName, IdleFigures, IdleOrder, IdleTask } from './clients/messages.ts';
import { inspected } from './inspector.ts';
import { freePort, type Stand } from './stand.ts';
import { type System, startOurs, startPeer } from './system.ts';

const CLIENT_MAIN = fileURLToPath(new URL('./clients/idle-agents.ts', import.meta.url));
const SETTLED_WITHIN_MS = 10_000;

export type SystemName = 'ours' | 'peer';

/** The options of a benchmark of channels, for `parseArgs`. */
export const CHANNEL_OPTIONS = {
  /** rest: the raw WebSocket; graphql: a subscription over graphql-transport-ws. */
  door: { type: 'string', default: 'rest' },
  /** Channels of each agent. */
  'per-agent': { type: 'string', default: '1' },
  /** The hand-written server as well, which pings nobody; it has the raw WebSocket only. */
  peer: { type: 'boolean', default: false },
} as const;

/** Reads `--door` and `--peer`. */
export function whatToMeasure({ door, peer }: { readonly door: string; readonly peer: boolean }): {
  readonly door: DoorName;
  readonly names: readonly SystemName[];
} {
  if (door !== 'rest' && door !== 'graphql') throw new Error('--door is rest or graphql');
  if (peer && door !== 'rest') throw new Error('--peer is for the raw WebSocket');
  return { door, names: peer ? ['ours', 'peer'] : ['ours'] };
}

/** Ours, or the peer, whose memory can be inspected and which takes so many sockets from one address. */
export async function startForChannels(
  stand: Stand,
  name: SystemName,
  { agents, channels }: { readonly agents: number; readonly channels: number },
): Promise<{ readonly system: System; readonly inspectPort: number }> {
  const inspectPort = await freePort();
  const inspect = inspected(inspectPort);
  const sockets = String(channels + 100);
  const system =
    name === 'peer'
      ? await startPeer(stand, { agents, settings: inspect })
      : await startOurs(stand, {
          nodes: 1,
          agents,
          settings: { SOCKETS_MAX: sockets, SOCKETS_PER_ADDRESS_MAX: sockets, ...inspect },
        });
  return { system, inspectPort };
}

/** Channels that agents hold while nothing is asked of them; the agents are a process of their own. */
export class IdleChannels {
  readonly #client: ClientProcess<IdleOrder, IdleFigures>;
  readonly #rows: pg.Client | null;
  #count = 0;
  #lost = 0;

  private constructor(client: ClientProcess<IdleOrder, IdleFigures>, rows: pg.Client | null) {
    this.#client = client;
    this.#rows = rows;
  }

  static async begin(
    { name, urls, databaseUrl }: System,
    door: DoorName,
    agents: readonly AgentParty[],
  ): Promise<IdleChannels> {
    const task: IdleTask = { door, url: urls[0] ?? '', agents };
    const client = await ClientProcess.begin<IdleTask, IdleOrder, IdleFigures>(CLIENT_MAIN, task);
    // The peer stores no channels.
    const rows = name === 'ours' ? new pg.Client({ connectionString: databaseUrl }) : null;
    await rows?.connect();
    return new IdleChannels(client, rows);
  }

  /** Opens so many more, so many a second, and answers when they are open in the server's eyes, too. */
  async open(count: number, perSecond: number): Promise<void> {
    this.#take(await this.#client.give({ open: count, perSecond, close: false }));
    this.#count += count;
    await this.#settle();
  }

  /** Closes all at once, and answers when they are closed in the server's eyes, too. */
  async closeAll(): Promise<void> {
    this.#take(await this.#client.give({ open: 0, perSecond: 0, close: true }));
    this.#count = 0;
    await this.#settle();
  }

  /** How often a promise was broken so far. */
  async violations(): Promise<Readonly<Record<string, number>>> {
    const { open, lost } = await this.#client.give({ open: 0, perSecond: 0, close: false });
    this.#lost += lost;
    return {
      'lost: channels that the server ended': this.#lost,
      'wrong: channels more or fewer than were opened': Math.abs(open - this.#count),
      'wrong: rows more or fewer than there are channels': Math.abs((await this.#rowCount()) - this.#count),
    };
  }

  async end(): Promise<void> {
    await this.#client.end();
    await this.#rows?.end();
  }

  #take({ lost }: IdleFigures): void {
    this.#lost += lost;
  }

  async #settle(): Promise<void> {
    const until = performance.now() + SETTLED_WITHIN_MS;
    while ((await this.#rowCount()) !== this.#count && performance.now() < until) await wait(50);
  }

  async #rowCount(): Promise<number> {
    if (!this.#rows) return this.#count;
    const { rows } = await this.#rows.query<{ count: number }>('select count(*)::int as count from channels');
    return rows[0]?.count ?? 0;
  }
}
