import { LRUCache } from 'lru-cache';

/** Accounts whose budget is remembered; whoever was not heard of for longest has all of theirs again. */
const ACCOUNTS_MAX = 100_000;
const MINUTE_MS = 60_000;

type Account = { readonly leftMs: number; readonly at: number };

/** How a budget stands: what is left of it, none where it is used up, and in how many seconds it is worth another try, or all is there. */
export type BudgetStanding = {
  readonly quotaMs: number;
  readonly leftMs: number;
  readonly retryAfterSeconds: number;
  readonly resetSeconds: number;
};

/**
 * What each account may have computed in a minute, in milliseconds of threads. It refills evenly. What is under way when it
 * is used up is charged all the same, so that it may be below nothing, by as much as there is in a minute.
 */
export class ComputingBudgets {
  readonly #accounts = new LRUCache<string, Account>({ max: ACCOUNTS_MAX });
  readonly #quotaMs: () => number;
  readonly #now: () => number;

  /** `now`: monotonic milliseconds. The quota is this node's, which may change with the number of nodes. */
  constructor({ quotaMs, now }: { readonly quotaMs: () => number; readonly now: () => number }) {
    this.#quotaMs = quotaMs;
    this.#now = now;
  }

  of(account: string): BudgetStanding {
    const quotaMs = this.#quotaMs();
    const leftMs = this.#left(account, quotaMs);
    const secondsFor = (ms: number) => Math.min(60, Math.max(1, Math.ceil((60 * ms) / quotaMs)));
    if (leftMs > 0) return { quotaMs, leftMs, retryAfterSeconds: 0, resetSeconds: secondsFor(quotaMs - leftMs) };
    const retryAfterSeconds = secondsFor(-leftMs);
    return { quotaMs, leftMs: 0, retryAfterSeconds, resetSeconds: retryAfterSeconds };
  }

  charge(account: string, ms: number): void {
    const quotaMs = this.#quotaMs();
    const leftMs = Math.max(-quotaMs, this.#left(account, quotaMs) - ms);
    this.#accounts.set(account, { leftMs, at: this.#now() });
  }

  #left(account: string, quotaMs: number): number {
    const known = this.#accounts.get(account);
    if (known === undefined) return quotaMs;
    return Math.min(quotaMs, known.leftMs + ((this.#now() - known.at) * quotaMs) / MINUTE_MS);
  }
}
