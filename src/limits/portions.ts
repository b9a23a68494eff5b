import { LRUCache } from 'lru-cache';
import { type RateLimiterAbstract, RateLimiterRes } from 'rate-limiter-flexible';

/** The largest portion is this share of the limit; so a node keeps no more than that from the others. */
const SHARE = 0.01;
/** When less than this share is left, points are taken one by one. */
const SCARCE = 0.1;
/** Keys with a portion; whoever falls out loses what is left of it. */
const KEYS_MAX = 10_000;

/** Points that were taken from the shared count and are not spent; they lapse when that count starts again. */
type Portion = { left: number; readonly size: number; readonly remaining: number; readonly until: number };

/** Points that are left, and in how many milliseconds the count begins anew. */
export type Left = { readonly remainingPoints: number; readonly msBeforeNext: number };

const leftOf = ({ remaining, left, until }: Portion): Left => ({
  remainingPoints: remaining + left,
  msBeforeNext: until - performance.now(),
});

/**
 * Takes points of a count that nodes share in portions, which double while a key spends them, so that a busy key asks
 * Redis once for many. What is spent was taken before, so no limit is ever overdrawn; each node may leave up to 1 % of it
 * unused.
 */
export class Portions {
  readonly #shared: RateLimiterAbstract;
  readonly #sizeMax: number;
  readonly #portions = new LRUCache<string, Portion>({ max: KEYS_MAX });
  /** By key: the portion that is being taken, for which everybody else waits. */
  readonly #taking = new Map<string, Promise<Portion>>();

  constructor(shared: RateLimiterAbstract) {
    this.#shared = shared;
    this.#sizeMax = Math.max(1, Math.floor(shared.points * SHARE));
  }

  /** Takes one point, and answers what is left as far as is known here; throws RateLimiterRes when there is none. */
  async take(key: string): Promise<Left> {
    if (this.#sizeMax === 1) return this.#shared.consume(key);
    let portion = this.#portions.get(key);
    while (!portion || portion.left === 0 || portion.until <= performance.now()) {
      portion = await this.#taken(key, portion);
    }
    portion.left -= 1;
    return leftOf(portion);
  }

  /** What is left; null where nothing was taken. */
  async look(key: string): Promise<Left | null> {
    const portion = this.#portions.get(key);
    if (portion && portion.until > performance.now()) return leftOf(portion);
    return this.#shared.get(key);
  }

  async refund(key: string): Promise<void> {
    const portion = this.#portions.get(key);
    if (portion && portion.until > performance.now()) portion.left += 1;
    else await this.#shared.reward(key);
  }

  /** The next portion: the one that somebody takes already, or else one of our own. */
  #taken(key: string, before: Portion | undefined): Promise<Portion> {
    let taking = this.#taking.get(key);
    if (!taking) {
      taking = this.#next(key, before).finally(() => this.#taking.delete(key));
      this.#taking.set(key, taking);
    }
    return taking;
  }

  async #next(key: string, before: Portion | undefined): Promise<Portion> {
    const isBusy = before && before.until > performance.now() && before.remaining > this.#shared.points * SCARCE;
    const size = isBusy ? Math.min(before.size * 2, this.#sizeMax) : 1;
    const portion = (await this.#consume(key, size)) ?? (await this.#consume(key, 1));
    if (!portion) throw new Error('a single point is granted or refused');
    this.#portions.set(key, portion);
    return portion;
  }

  /** Null when so many are not left, but fewer may be. */
  async #consume(key: string, size: number): Promise<Portion | null> {
    try {
      const { remainingPoints, msBeforeNext } = await this.#shared.consume(key, size);
      return { left: size, size, remaining: remainingPoints, until: performance.now() + msBeforeNext };
    } catch (refusal) {
      if (size === 1 || !(refusal instanceof RateLimiterRes)) throw refusal;
      await this.#shared.reward(key, size);
      return null;
    }
  }
}
