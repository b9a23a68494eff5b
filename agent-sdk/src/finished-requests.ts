import type { Outcome } from './outcome.ts';

/** A request that this agent has finished, and whether the platform is known to have its outcome. */
export interface RememberedOutcome {
  readonly outcome: Outcome;
  readonly settled: boolean;
}

export interface MemoryBounds {
  readonly maxEntries: number;
  /** Characters of all results together. */
  readonly maxCharacters: number;
}

/**
 * Remembers how requests ended, so that a redelivery is answered without doing the work twice. Bounded by number
 * and by size; the least recently used one is forgotten first, and a forgotten one would be handled anew.
 */
export class FinishedRequests {
  readonly #entries = new Map<string, RememberedOutcome>();
  readonly #bounds: MemoryBounds;
  #characters = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
  }

  has(requestId: string): boolean {
    return this.#entries.has(requestId);
  }

  get(requestId: string): RememberedOutcome | undefined {
    const entry = this.#entries.get(requestId);
    if (entry) {
      this.#entries.delete(requestId);
      this.#entries.set(requestId, entry);
    }
    return entry;
  }

  remember(requestId: string, outcome: Outcome): void {
    this.#forget(requestId);
    this.#entries.set(requestId, { outcome, settled: false });
    this.#characters += sizeOf(outcome);
    for (const oldest of this.#entries.keys()) {
      const fits = this.#entries.size <= this.#bounds.maxEntries && this.#characters <= this.#bounds.maxCharacters;
      if (fits || oldest === requestId) break;
      this.#forget(oldest);
    }
  }

  /** The platform has an outcome of it: this one, or another that came first. */
  settle(requestId: string): void {
    const entry = this.#entries.get(requestId);
    if (entry) this.#entries.set(requestId, { ...entry, settled: true });
  }

  /** The ids whose outcome the platform may not have, oldest first. */
  unsettled(): string[] {
    return [...this.#entries].filter(([, entry]) => !entry.settled).map(([requestId]) => requestId);
  }

  #forget(requestId: string): void {
    const entry = this.#entries.get(requestId);
    if (!entry) return;
    this.#entries.delete(requestId);
    this.#characters -= sizeOf(entry.outcome);
  }
}

const sizeOf = (outcome: Outcome): number =>
  outcome.status === 'completed' ? outcome.json.length : outcome.message.length;
