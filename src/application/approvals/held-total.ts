import type { Amount } from '../../domain/amount.ts';
import { BELIEVED_MS, nextCountInMs } from '../count-pace.ts';
import type { ApprovalStore } from '../ports/approval-store.ts';
import type { Clock } from '../ports/clock.ts';

const NONE: Amount = { requests: 0, bytes: 0 };

type Dependencies = { readonly approvals: Pick<ApprovalStore, 'heldTotal'>; readonly clock: Clock };

/**
 * What waits for approvals on the whole platform, as this node counted it a moment ago, with what it has held since. Nothing is
 * counted while nothing is held.
 */
export class HeldTotal {
  readonly #deps: Dependencies;
  readonly #max: Amount;
  #counted: Amount = NONE;
  /** Of this node: what it is storing, and what it stored and did not count yet. */
  #beingStored: Amount = NONE;
  #stored: Amount = NONE;
  #nextAt = Number.NEGATIVE_INFINITY;
  #believedUntil = Number.NEGATIVE_INFINITY;
  #counting: Promise<void> | null = null;

  /** @param max what may be held: nothing beyond it is counted */
  constructor(max: Amount, deps: Dependencies) {
    this.#max = max;
    this.#deps = deps;
  }

  /**
   * Stores what has so many bytes, being told whether there is a place for it; it answers whether it was stored. Throws where
   * nobody knows how much there is, without storing anything.
   */
  async store<Stored>(
    bytes: number,
    work: (hasRoom: boolean) => Promise<Stored>,
    isStored: (stored: Stored) => boolean,
  ): Promise<Stored> {
    await this.#known(bytes);
    const hasRoom = this.#hasRoomFor(bytes);
    const amount = hasRoom ? { requests: 1, bytes } : NONE;
    this.#beingStored = sum(this.#beingStored, amount);
    try {
      const stored = await work(hasRoom);
      if (isStored(stored)) this.#stored = sum(this.#stored, amount);
      return stored;
    } finally {
      this.#beingStored = less(this.#beingStored, amount);
    }
  }

  #hasRoomFor(bytes: number): boolean {
    const held = sum(sum(this.#counted, this.#stored), this.#beingStored);
    return held.requests < this.#max.requests && held.bytes + bytes <= this.#max.bytes;
  }

  async #known(bytes: number): Promise<void> {
    const now = this.#deps.clock.monotonic();
    if (now < this.#nextAt) return;
    this.#counting ??= this.#count().finally(() => {
      this.#counting = null;
    });
    if (now >= this.#believedUntil) return this.#counting;
    // The last count is believed for a while, but nobody is refused by it who might have a place by now.
    const counted = this.#counting.catch(() => {});
    if (!this.#hasRoomFor(bytes)) await counted;
  }

  async #count(): Promise<void> {
    const { approvals, clock } = this.#deps;
    const begun = clock.monotonic();
    // What is stored from here on may be counted or not.
    const before = this.#stored;
    this.#counted = await approvals.heldTotal(this.#max.requests);
    this.#stored = less(this.#stored, before);
    const now = clock.monotonic();
    this.#nextAt = now + nextCountInMs(now - begun);
    this.#believedUntil = this.#nextAt + BELIEVED_MS;
  }
}

const sum = (one: Amount, other: Amount): Amount => ({
  requests: one.requests + other.requests,
  bytes: one.bytes + other.bytes,
});

const less = (one: Amount, other: Amount): Amount => ({
  requests: one.requests - other.requests,
  bytes: one.bytes - other.bytes,
});
