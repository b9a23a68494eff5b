import { LRUCache } from 'lru-cache';
import type { IsolateJob } from '../enforcement/isolate.ts';

/** Documents whose cost is remembered, and accounts whose use is; whoever was not heard of for longest is forgotten. */
const DOCUMENTS_MAX = 20_000;
const ACCOUNTS_MAX = 20_000;
/** After so long, half of what somebody cost counts no more. */
const HALF_LIFE_MS = 10_000;
/** Nothing is free: what is sent to a thread and back costs something, however little is computed. */
const LEAST_MS = 1;
/** How much of a cost that is lower than what was known before counts at once. */
const FALLING = 0.25;

/** What a job is expected to cost of which nothing is known. */
const UNKNOWN_MS: Readonly<Record<IsolateJob['kind'], number>> = {
  generateValidator: 5,
  checkSchema: 30,
  checkRules: 30,
  checkDocuments: 30,
  validate: 30,
  decideByRules: 30,
};

type Use = { readonly ms: number; readonly at: number };

/** What documents have cost, and what accounts have lately, in milliseconds of threads. */
export class JobCosts {
  readonly #documents = new LRUCache<string, number>({ max: DOCUMENTS_MAX });
  readonly #accounts = new LRUCache<string, Use>({ max: ACCOUNTS_MAX });
  readonly #now: () => number;

  /** `now`: monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  expected(kind: IsolateJob['kind'], document: string | undefined): number {
    return (document === undefined ? undefined : this.#documents.get(`${kind} ${document}`)) ?? UNKNOWN_MS[kind];
  }

  /** What one of them cost: more is believed at once, less only by and by. */
  learn(kind: IsolateJob['kind'], document: string | undefined, ms: number): void {
    if (document === undefined) return;
    const key = `${kind} ${document}`;
    const known = this.#documents.get(key);
    this.#documents.set(key, known === undefined || ms > known ? ms : known + (ms - known) * FALLING);
  }

  readonly usedBy = (account: string): number => {
    const use = this.#accounts.get(account);
    return use === undefined ? 0 : use.ms * 0.5 ** ((this.#now() - use.at) / HALF_LIFE_MS);
  };

  charge(account: string, ms: number): void {
    this.#accounts.set(account, { ms: this.usedBy(account) + Math.max(LEAST_MS, ms), at: this.#now() });
  }
}
