import { LRUCache } from 'lru-cache';
import type { Budget } from './levels.ts';

/** What is left of a budget, and when that was so, in monotonic milliseconds. */
type Known = { left: number; at: number };

/** How a budget stands: what is left of what it holds at present, what so many seconds bring, and in how many seconds there is something again, or all of it. */
export type BudgetState = {
  readonly left: number;
  readonly holds: number;
  readonly windowSeconds: number;
  readonly resetSeconds: number;
};

const MINUTE_SECONDS = 60;
/**
 * A bucket holds what so many seconds bring: more than that in one go would be more than a node can do beside its other work. Where there is
 * less of it, of fewer seconds: what many have saved up together would keep a late node late.
 */
const BUDGET_SECONDS = 5;

/**
 * What callers have left of what they may cost: buckets that hold the units of some seconds and fill evenly. A call is charged once it
 * is known what it cost, so what is under way may take a bucket below nothing. At most `max` buckets are kept: with one
 * more, whoever was not heard of for longest is as one who was never heard of, with a full bucket.
 */
export class CostBudgets {
  readonly #known: LRUCache<string, Known>;
  readonly #now: () => number;
  readonly #part: () => number;

  /** @param part which part of them there is at present, from 0 to 1 */
  constructor({ max, now, part }: { readonly max: number; readonly now: () => number; readonly part: () => number }) {
    this.#known = new LRUCache({ max });
    this.#now = now;
    this.#part = part;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#known.size;
  }

  /** What is left; at most what the bucket holds. */
  left(budget: Budget): number {
    const known = this.#known.get(budget.key);
    if (known === undefined) return this.#holds(budget);
    const now = this.#now();
    known.left = Math.min(this.#holds(budget), known.left + ((now - known.at) / 1_000) * this.#perSecond(budget));
    known.at = now;
    return known.left;
  }

  charge(budget: Budget, units: number): void {
    const left = this.left(budget) - units;
    const known = this.#known.get(budget.key);
    if (known) known.left = left;
    else this.#known.set(budget.key, { left, at: this.#now() });
  }

  /** How it stands, where it is told. */
  stateOf(budget: Budget): BudgetState {
    const left = this.left(budget);
    const holds = this.#holds(budget);
    const resetSeconds = (left > 0 ? holds - left : -left) / this.#perSecond(budget);
    return { left, holds, windowSeconds: this.#windowSeconds(budget), resetSeconds };
  }

  #holds(budget: Budget): number {
    return this.#perSecond(budget) * this.#windowSeconds(budget);
  }

  #windowSeconds({ isFixed = false }: Budget): number {
    return isFixed ? BUDGET_SECONDS : Math.ceil(BUDGET_SECONDS * Math.sqrt(this.#part()));
  }

  #perSecond({ perMinute, isFixed = false }: Budget): number {
    return (perMinute / MINUTE_SECONDS) * (isFixed ? 1 : this.#part());
  }
}
