import { RateLimitedError } from '../../domain/errors.ts';
import { CountedKeys, type Release } from '../counted-keys.ts';
import type { RequestStore } from '../ports/request-store.ts';

const RETRY_AFTER_SECONDS = 5;

/**
 * Slots among the requests that wait for an agent. What this node is storing counts besides what is stored, so that
 * requests that come at once do not all see the same last slot; several nodes may still each use it once.
 */
export class QueueSlots {
  readonly #requests: RequestStore;
  readonly #max: number;
  /** By agent: what has acquired a slot and is not stored yet, with how often it came. */
  readonly #acquired = new Map<string, CountedKeys>();

  constructor(requests: RequestStore, max: number) {
    this.#requests = requests;
    this.#max = max;
  }

  /**
   * Acquires a slot for a request of that name; repetitions of one request have one name and share a slot. Answers the
   * function that says that it is stored, or not to be. Throws RateLimitedError when there is none left.
   */
  async acquire(agentId: string, name: string): Promise<Release> {
    const names = this.#acquired.get(agentId) ?? new CountedKeys();
    this.#acquired.set(agentId, names);
    const before = names.count(name) > 0 ? 0 : names.size;
    const releaseName = names.hold(name);
    const release = () => {
      releaseName();
      if (names.size === 0 && this.#acquired.get(agentId) === names) this.#acquired.delete(agentId);
    };
    try {
      const waiting = before >= this.#max ? 0 : await this.#requests.countWaiting(agentId, this.#max);
      if (waiting + before >= this.#max) throw new RateLimitedError(RETRY_AFTER_SECONDS);
      return release;
    } catch (error) {
      release();
      throw error;
    }
  }
}
