import type { Changes } from '../changes/changes.ts';
import type { ChangesByTopic } from '../changes/changes-by-topic.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';

type Listener = (change: ChangesByTopic['activity']) => void;

/** Agents that join an owner, or leave it, are noticed after so long. */
const AGENTS_EVERY_MS = 15_000;

/** One owner's, whoever of it watches. */
type Followed = {
  readonly listeners: Set<Listener>;
  /** By agent: ends following it. */
  readonly stops: Map<string, () => void>;
  readonly stopLooking: () => void;
};

/** What happens to the agents of those owners that somebody watches for: once for each owner, however many do. */
export class OwnActivity {
  readonly #byOwner = new Map<string, Followed>();
  readonly #deps: { readonly agents: AgentStore; readonly changes: Changes; readonly clock: Clock };

  constructor(deps: { readonly agents: AgentStore; readonly changes: Changes; readonly clock: Clock }) {
    this.#deps = deps;
  }

  /** Answers, once it follows the owner's agents, the function that ends it. */
  async follow(ownerId: string, listener: Listener): Promise<() => void> {
    const followed = this.#byOwner.get(ownerId) ?? this.#begin(ownerId);
    followed.listeners.add(listener);
    const stop = () => {
      followed.listeners.delete(listener);
      if (followed.listeners.size === 0) this.#end(ownerId, followed);
    };
    try {
      await this.#look(ownerId, followed);
    } catch (error) {
      stop();
      throw error;
    }
    return stop;
  }

  #begin(ownerId: string): Followed {
    const followed: Followed = {
      listeners: new Set(),
      stops: new Map(),
      // A store that does not answer now is asked again next time.
      stopLooking: this.#deps.clock.every(AGENTS_EVERY_MS, () => void this.#look(ownerId, followed).catch(() => {})),
    };
    this.#byOwner.set(ownerId, followed);
    return followed;
  }

  async #look(ownerId: string, { listeners, stops }: Followed): Promise<void> {
    const own = new Set(await this.#deps.agents.idsOfOwner(ownerId));
    // Nobody watches any more.
    if (listeners.size === 0) return;
    for (const [agentId, stop] of stops) {
      if (own.has(agentId)) continue;
      stop();
      stops.delete(agentId);
    }
    for (const agentId of own) {
      if (stops.has(agentId)) continue;
      const tell: Listener = (change) => {
        for (const listener of listeners) listener(change);
      };
      stops.set(agentId, this.#deps.changes.subscribe('activity', agentId, tell));
    }
  }

  #end(ownerId: string, { stops, stopLooking }: Followed): void {
    stopLooking();
    for (const stop of stops.values()) stop();
    stops.clear();
    this.#byOwner.delete(ownerId);
  }
}
