import { LRUCache } from 'lru-cache';
import type { Clock } from '../ports/clock.ts';
import type { Amount } from './queue-places.ts';

/** How often what is open is counted, in milliseconds; or as often as that takes a twentieth of the time at most. */
export const COUNT_EVERY_MS = 2_000;
const COUNT_EVERY_TIMES = 20;
/** For so long after the next count was due, in milliseconds, the last one is believed. */
const BELIEVED_MS = 30_000;
/** From this part of a bound on, what is left is for senders that have nothing open at the agent. */
const NEARLY = 0.9;
/** Pairs of sender and agent that are remembered to have something open, until the next count. */
const PAIRS_MAX = 10_000;

/** How far what is open on all nodes is from its bounds, as this node counted it a moment ago. */
export class OpenTotals {
  readonly max: Amount;
  readonly #clock: Clock;
  readonly #refusedPairs = new LRUCache<string, true>({ max: PAIRS_MAX });
  #part = 0;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(max: Amount, clock: Clock) {
    this.max = max;
    this.#clock = clock;
  }

  get isDue(): boolean {
    return this.#clock.monotonic() >= this.#nextAt;
  }

  /** It was counted, which took so many milliseconds. */
  record({ requests, bytes }: Amount, tookMs: number): void {
    this.#part = Math.max(requests / this.max.requests, bytes / this.max.bytes);
    // A tick before the next run is due: it must not have to wait for one more.
    this.#nextAt = this.#clock.monotonic() + Math.max(COUNT_EVERY_MS / 2, COUNT_EVERY_TIMES * tookMs);
    this.#refusedPairs.clear();
  }

  /** Whether there is room for everybody, for those with nothing open, or for nobody. */
  get room(): 'free' | 'nearly' | 'none' {
    if (this.#part < NEARLY || this.#clock.monotonic() > this.#nextAt + BELIEVED_MS) return 'free';
    return this.#part < 1 ? 'nearly' : 'none';
  }

  /** In how many seconds there may be more room: after the next count. */
  get nextInSeconds(): number {
    return Math.max(0, Math.ceil((this.#nextAt - this.#clock.monotonic() + COUNT_EVERY_MS) / 1_000));
  }

  /** That the pair has something open is remembered until the next count, so that a flood is looked at once. */
  rememberPair(pair: string): void {
    this.#refusedPairs.set(pair, true);
  }

  isRemembered(pair: string): boolean {
    return this.#refusedPairs.has(pair);
  }
}
