import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Clock } from '../ports/clock.ts';
import type { RejectionStore } from '../ports/rejection-store.ts';

const MINUTE_MS = 60_000;
/** One agent may have so many times what one sender may. */
const AGENT_TIMES_MAX = 10;
/** Senders and agents that are told apart within a minute. Of further ones nothing is kept. */
const KEYS_MAX = 20_000;
/** What is counted apart until the next time that it is stored; further ones are counted together. */
const COUNTS_MAX = 10_000;
/** Stands for all that are not told apart. */
const OTHERS = '00000000-0000-0000-0000-000000000000';

type Dependencies = {
  readonly rejections: Pick<RejectionStore, 'add'>;
  readonly cluster: Pick<ClusterView, 'otherNodes'>;
  readonly clock: Clock;
  /** Of one sender, on all nodes. */
  readonly perMinute: number;
};

/**
 * How many rejected requests are kept: so many of one sender in a minute, and ten times as many of one agent. Of the others
 * only the number is. Each node goes by its share of that, by how many are alive, so that nothing has to be waited for.
 */
export class KeptRejections {
  readonly #deps: Dependencies;
  #minute = 0;
  readonly #kept = new Map<string, number>();
  #counts = new Map<string, number>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Whether one more of the sender to the agent is kept; it counts as kept then. */
  take(senderId: string, agentId: string): boolean {
    const { perMinute, cluster } = this.#deps;
    this.#begin(this.#minuteNow());
    const share = Math.ceil(perMinute / (cluster.otherNodes + 1));
    const ofSender = this.#kept.get(senderId) ?? 0;
    const ofAgent = this.#kept.get(agentId) ?? 0;
    if (ofSender >= share || ofAgent >= share * AGENT_TIMES_MAX) return false;
    if (this.#kept.size >= KEYS_MAX && (ofSender === 0 || ofAgent === 0)) return false;
    this.#kept.set(senderId, ofSender + 1);
    this.#kept.set(agentId, ofAgent + 1);
    return true;
  }

  /** One that is not kept. */
  count(senderId: string, agentId: string, stage: string): void {
    const minute = this.#minuteNow();
    const key = `${minute} ${agentId} ${senderId} ${stage}`;
    const known = this.#counts.get(key);
    const at = known === undefined && this.#counts.size >= COUNTS_MAX ? `${minute} ${OTHERS} ${OTHERS} ${stage}` : key;
    this.#counts.set(at, (this.#counts.get(at) ?? 0) + 1);
  }

  /** Stores what was counted since the last time. */
  async flush(): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    await this.#deps.rejections.add(
      [...counts].map(([key, count]) => {
        const [minute, agentId = OTHERS, senderId = OTHERS, stage = ''] = key.split(' ');
        return { startsAt: new Date(Number(minute) * MINUTE_MS), agentId, senderId, stage, count };
      }),
    );
  }

  #minuteNow(): number {
    return Math.floor(this.#deps.clock.now().getTime() / MINUTE_MS);
  }

  #begin(minute: number): void {
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#kept.clear();
  }
}
