import { setTimeout as wait } from 'node:timers/promises';
import type { Parties } from './clients/messages.ts';
import { cpuMs, postgresPid } from './cpu.ts';
import { memoryMiB, peakMemoryMiB } from './memory.ts';
import { registerMany } from './parties.ts';
import type { Stand, StandNode } from './stand.ts';

/** Milliseconds of processor time. */
export type CpuMs = { readonly server: number; readonly database: number; readonly redis: number };

/** What is measured, ours or the peer: the servers, where they keep what they know, and who uses them. */
export type System = {
  readonly name: string;
  readonly urls: readonly string[];
  readonly databaseUrl: string;
  readonly parties: Parties;
  /** Ends its servers. */
  stop(): Promise<void>;
  /** The resident memory of the first of its servers. */
  memoryMiB(): number;
  /** What all of its servers, the database's and Redis have used so far. */
  cpu(): CpuMs;
  /** The most resident memory that one of its servers has had. */
  peakMemoryMiB(): number;
};

/** Each node hears of the others within a quarter of NODE_TIMEOUT_SECONDS. */
const NODES_MEET_MS = 3_000;

/**
 * @param options.settings of the nodes, besides those of the stand
 * @param options.databaseUrl another one than the stand's
 */
export async function startOurs(
  stand: Stand,
  options: {
    readonly nodes: number;
    readonly agents: number;
    readonly settings?: Readonly<Record<string, string>>;
    readonly databaseUrl?: string;
    readonly areResultsChecked?: boolean;
  },
): Promise<System> {
  const { databaseUrl = stand.databaseUrl } = options;
  const settings = {
    RATE_LIMIT_REGISTRATIONS_PER_MINUTE: '1000000',
    DATABASE_URL: databaseUrl,
    ...options.settings,
  };
  const nodes: StandNode[] = [];
  while (nodes.length < options.nodes) nodes.push(await stand.startNode(`node ${nodes.length + 1}`, settings));
  if (nodes.length > 1) await wait(NODES_MEET_MS);
  return systemOf('ours', stand, nodes, databaseUrl, options.agents, options.areResultsChecked);
}

export async function startPeer(
  stand: Stand,
  { agents, settings }: { readonly agents: number; readonly settings?: Readonly<Record<string, string>> },
): Promise<System> {
  const databaseUrl = await stand.createDatabase('peer');
  return systemOf('peer', stand, [await stand.startPeer(databaseUrl, settings)], databaseUrl, agents);
}

async function systemOf(
  name: string,
  stand: Stand,
  servers: readonly StandNode[],
  databaseUrl: string,
  agents: number,
  areResultsChecked = false,
): Promise<System> {
  const [first] = servers;
  if (!first) throw new Error('at least one server is needed');
  const postgres = await postgresPid(databaseUrl);
  return {
    name,
    urls: servers.map(({ url }) => url),
    databaseUrl,
    parties: await registerMany(first.url, agents, areResultsChecked),
    cpu: () => ({
      server: servers.reduce((sum, { pid }) => sum + cpuMs(pid()), 0),
      database: cpuMs(postgres),
      redis: stand.redis ? cpuMs(stand.redis.pid()) : 0,
    }),
    stop: async () => {
      for (const server of servers) await server.stop();
    },
    memoryMiB: () => memoryMiB(first.pid()),
    peakMemoryMiB: () => Math.max(...servers.map(({ pid }) => peakMemoryMiB(pid()))),
  };
}
