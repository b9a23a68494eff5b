import type { Outcome } from './outcome.ts';

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
  readonly #entries = new Map<string, Outcome>();
  readonly #unsettled = new Set<string>();
  readonly #bounds: MemoryBounds;
  #characters = 0;

  constructor(bounds: MemoryBounds) {
    this.#bounds = bounds;
  }

  has(requestId: string): boolean {
    return this.#entries.has(requestId);
  }

  get(requestId: string): Outcome | undefined {
    const outcome = this.#entries.get(requestId);
    if (outcome) {
      this.#entries.delete(requestId);
      this.#entries.set(requestId, outcome);
    }
    return outcome;
  }

  remember(requestId: string, outcome: Outcome): void {
    this.#forget(requestId);
    this.#entries.set(requestId, outcome);
    this.#unsettled.add(requestId);
    this.#characters += sizeOf(outcome);
    for (const oldest of this.#entries.keys()) {
      const fits = this.#entries.size <= this.#bounds.maxEntries && this.#characters <= this.#bounds.maxCharacters;
      if (fits || oldest === requestId) break;
      this.#forget(oldest);
    }
  }

  /** The platform has an outcome of it: this one, or another that came first. */
  settle(requestId: string): void {
    this.#unsettled.delete(requestId);
  }

  /** The platform has asked again, so it does not have the outcome. */
  unsettle(requestId: string): void {
    if (this.#entries.has(requestId)) this.#unsettled.add(requestId);
  }

  /** Those whose outcome the platform may not have, oldest first. */
  get unsettled(): ReadonlySet<string> {
    return this.#unsettled;
  }

  #forget(requestId: string): void {
    const outcome = this.#entries.get(requestId);
    if (!outcome) return;
    this.#entries.delete(requestId);
    this.#unsettled.delete(requestId);
    this.#characters -= sizeOf(outcome);
  }
}

const sizeOf = (outcome: Outcome): number =>
  outcome.status === 'completed' ? outcome.json.length : outcome.message.length;
