import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ClientProcess } from '../clients/client-process.ts';
import type { AgentsFigures, AgentsTask } from '../clients/messages.ts';
import { cpuMs } from '../cpu.ts';
import { memoryMiB } from '../memory.ts';
import { percentile } from '../percentiles.ts';
import { Stand, type StandNode } from '../stand.ts';
import { type Attack, shedCallOf } from './attacks.ts';
import type {
  AttackFigures,
  AttackOrder,
  AttackTask,
  HonestFigures,
  HonestOrder,
  HonestTask,
  Material,
} from './messages.ts';
import { Registrations } from './prepare.ts';

/** What issue 14 holds the platform to. */
export const BARS = { slower: 3, healthMs: 250, memoryMiB: 256 } as const;

/** What honest ones saw, and what the attackers were told. */
export type Measured = {
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of what was submitted after the first two seconds. */
  readonly laterP99Ms: number;
  readonly maxMs: number;
  readonly channelMs: number;
  readonly healthMs: number;
  readonly memoryMiB: number;
  readonly failed: number;
  readonly failures: Readonly<Record<string, number>>;
  readonly cpuPercent: number;
  readonly shedP50Ms: number | null;
  readonly shedP99Ms: number | null;
  readonly told: string;
};

/** Production's, as far as it goes on this machine alone. */
const SETTINGS = {
  APP_ENV: 'production',
  LOG_LEVEL: 'info',
  ADMIN_PASSWORD: 'zebra-Lantern-93-oboe',
  PUBLIC_URL: 'https://claw.example',
  RATE_LIMIT_SUBMISSIONS_PER_MINUTE: '600',
  SHUTDOWN_DRAIN_SECONDS: '0',
} as const;
const WARM_UP_SECONDS = 8;
const HONEST_PAIRS = 4;
/** Between two attacks, so that none is measured by what the one before left to do. */
const PAUSE_MS = 1_500;
const LOOK_EVERY_MS = 100;
/** An attacker says what it was told within so long after the honest ones. */
const TOLD_WITHIN_MS = 2_000;
/** The second number of addresses 127.x.y.1: who is honest, who prepares, and whoever attacks. */
const NETWORK = { honest: 0, preparing: 9, attacking: 20 } as const;

const mainOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));

type Options = {
  readonly tree: string;
  readonly addresses: number;
  readonly rate: number;
  readonly nice: number;
  readonly profile: string | undefined;
  /** The attackers have a node and a database of their own. */
  readonly apart: boolean;
};

/** A node as an operator runs it, honest senders and agents, and attackers in processes of their own. */
export class HostileStand {
  readonly #stand: Stand;
  readonly #node: StandNode;
  readonly #attacked: StandNode;
  readonly #options: Options;
  readonly #honest: ClientProcess<HonestOrder, HonestFigures>;
  readonly #agents: ClientProcess<null, AgentsFigures>;
  readonly #material: Material;
  #rounds = 0;

  private constructor(
    options: Options,
    stand: Stand,
    { node, attacked }: { readonly node: StandNode; readonly attacked: StandNode },
    clients: {
      readonly honest: ClientProcess<HonestOrder, HonestFigures>;
      readonly agents: ClientProcess<null, AgentsFigures>;
    },
    material: Material,
  ) {
    this.#options = options;
    this.#stand = stand;
    this.#node = node;
    this.#attacked = attacked;
    this.#honest = clients.honest;
    this.#agents = clients.agents;
    this.#material = material;
  }

  static async begin(options: Options): Promise<HostileStand> {
    const { tree, addresses, rate, profile, apart } = options;
    const stand = await Stand.begin({ withRedis: false, tree });
    try {
      const profiled = profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` };
      const node = await stand.startNode('node', { ...SETTINGS, ...profiled }, () => {});
      const { url } = node;
      const attacked = apart
        ? await stand.startNode(
            'attacked',
            { ...SETTINGS, DATABASE_URL: await stand.createDatabase('attacked') },
            () => {},
          )
        : node;
      const [returning, ...pairs] = await new Registrations(url, NETWORK.honest).honest(HONEST_PAIRS + 1);
      if (!returning) throw new Error('nobody is honest');
      const material = await new Registrations(attacked.url, NETWORK.preparing).material({
        own: addresses,
        burning: 36,
        large: 12,
      });
      const agentsTask: AgentsTask = { door: 'rest', urls: [url], parties: { agents: pairs, senderKey: '' } };
      const agents = await ClientProcess.begin<AgentsTask, null, AgentsFigures>(
        mainOf('../clients/agents.ts'),
        agentsTask,
      );
      const honestTask: HonestTask = { url, pairs, returning, rate };
      const honest = await ClientProcess.begin<HonestTask, HonestOrder, HonestFigures>(
        mainOf('./honest.ts'),
        honestTask,
      );
      return new HostileStand(options, stand, { node, attacked }, { honest, agents }, material);
    } catch (error) {
      await stand.end();
      throw error;
    }
  }

  async warmUp(): Promise<void> {
    await this.quiet(WARM_UP_SECONDS);
  }

  quiet(seconds: number): Promise<Measured> {
    return this.#measure(seconds, null, []);
  }

  /** Honest work while these attacks go on, from addresses that were not heard of before. */
  async under(attacks: readonly Attack[], seconds: number): Promise<Measured> {
    const addresses = this.#nextAddresses();
    const attackers = await Promise.all(
      attacks.flatMap(({ name, processes = 1 }) =>
        Array.from({ length: processes }, (_, part) =>
          ClientProcess.begin<AttackTask, AttackOrder, AttackFigures>(
            mainOf('./attacker.ts'),
            {
              url: this.#attacked.url,
              attack: name,
              addresses,
              material: this.#material,
              part,
              parts: processes,
            },
            { nice: this.#options.nice },
          ),
        ),
      ),
    );
    const shed = {
      address: addresses[0] ?? '',
      call: shedCallOf(attacks.length === 1 ? attacks[0] : undefined, this.#material),
    };
    try {
      return await this.#measure(seconds, this.#options.apart ? null : shed, attackers);
    } finally {
      await Promise.all(attackers.map((attacker) => attacker.end()));
      await wait(PAUSE_MS);
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.#honest.end(), this.#agents.end()]);
    await this.#stand.end();
  }

  #nextAddresses(): readonly string[] {
    const network = NETWORK.attacking + this.#rounds;
    this.#rounds += 1;
    // Each in a /24 of its own, since those of one share a budget.
    return Array.from({ length: this.#options.addresses }, (_, at) => `127.${network}.${at}.1`);
  }

  async #measure(
    seconds: number,
    shed: HonestOrder['shed'],
    attackers: readonly ClientProcess<AttackOrder, AttackFigures>[],
  ): Promise<Measured> {
    const pid = this.#node.pid();
    let most = memoryMiB(pid);
    const looking = setInterval(() => {
      most = Math.max(most, memoryMiB(pid));
    }, LOOK_EVERY_MS);
    const cpuBefore = cpuMs(pid);
    const begun = performance.now();
    try {
      const attacks = attackers.map((attacker) => attacker.give({ seconds }));
      const figures = await this.#honest.give({ seconds, shed });
      const cpuPercent = ((cpuMs(pid) - cpuBefore) / (performance.now() - begun)) * 100;
      const told = await toldBy(attacks);
      const whole = [...figures.wholeMs];
      const shedMs = [...figures.shedMs];
      return {
        p50Ms: percentile(whole, 50),
        p99Ms: percentile(whole, 99),
        laterP99Ms: percentile([...figures.laterMs], 99),
        maxMs: percentile(whole, 100),
        channelMs: percentile([...figures.channelMs], 100),
        healthMs: percentile([...figures.healthMs], 100),
        memoryMiB: most,
        failed: Object.values(figures.failures).reduce((sum, count) => sum + count, 0),
        failures: figures.failures,
        cpuPercent,
        shedP50Ms: shedMs.length === 0 ? null : percentile(shedMs, 50),
        shedP99Ms: shedMs.length === 0 ? null : percentile(shedMs, 99),
        told: Object.entries(told)
          .sort(([one], [other]) => one.localeCompare(other))
          .map(([what, count]) => `${what}: ${count}`)
          .join(', '),
      };
    } finally {
      clearInterval(looking);
    }
  }
}

/** What the attackers were told. One that has no turn on a busy processor is not waited for. */
async function toldBy(attacks: readonly Promise<AttackFigures>[]): Promise<Readonly<Record<string, number>>> {
  const late = wait(TOLD_WITHIN_MS, { told: { 'says nothing': 1 } }, { ref: false });
  return sumOf((await Promise.all(attacks.map((attack) => Promise.race([attack, late])))).map(({ told }) => told));
}

function sumOf(each: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const counts of each) for (const [what, count] of Object.entries(counts)) sum[what] = (sum[what] ?? 0) + count;
  return sum;
}
