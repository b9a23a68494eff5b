import { LRUCache } from 'lru-cache';
import type { Budget } from './levels.ts';

/** What is left of a budget, and when that was so, in monotonic milliseconds. */
type Known = { left: number; at: number };

/** How a budget stands: what is left, and in how many seconds there is something again, or all of it. */
export type BudgetState = { readonly left: number; readonly resetSeconds: number };

const SECONDS = 60;

/**
 * What callers have left of what they may cost: buckets that hold a minute's units and fill evenly. A call is charged once it
 * is known what it cost, so what is under way may take a bucket below nothing. At most `max` buckets are kept: with one
 * more, whoever was not heard of for longest is as one who was never heard of, with a full bucket.
 */
export class CostBudgets {
  readonly #known: LRUCache<string, Known>;
  readonly #now: () => number;

  constructor({ max, now }: { readonly max: number; readonly now: () => number }) {
    this.#known = new LRUCache({ max });
    this.#now = now;
  }

  /** How many buckets are kept. */
  get size(): number {
    return this.#known.size;
  }

  /** What is left; at most what the bucket holds. */
  left({ key, perMinute }: Budget): number {
    const known = this.#known.get(key);
    if (known === undefined) return perMinute;
    const now = this.#now();
    const filled = ((now - known.at) / 1_000) * (perMinute / SECONDS);
    known.left = Math.min(perMinute, known.left + filled);
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
    const missing = left > 0 ? budget.perMinute - left : -left;
    return { left, resetSeconds: (missing / budget.perMinute) * SECONDS };
  }
}
