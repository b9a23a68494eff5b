import { CountedKeys, type Release } from '../counted-keys.ts';
import type { Clock } from '../ports/clock.ts';
import { type Caller, Turns } from './turns.ts';

export type SeatBounds = {
  /** Calls that may be under way at once; of one flow at most half of them. */
  readonly seats: number;
  /** Calls that may wait for one; of one flow at most half of them. */
  readonly queue: number;
  /** The longest that one waits, in milliseconds. */
  readonly waitMs: number;
};

/** Why there is no seat: too many wait already, or it waited for too long. */
export type NoSeat = 'queue_full' | 'waited';

type Waiting = Caller & {
  readonly settle: (release: Release | NoSeat) => void;
  readonly stopTimer: () => void;
};

/**
 * Seats for calls that are under way, of one level. Who finds none waits for a moment, and for its turn. Where no more may wait,
 * whoever has the most that waits loses its last call to whoever has fewer.
 */
export class Seats {
  readonly #bounds: SeatBounds;
  readonly #flowMax: number;
  readonly #flowQueueMax: number;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #taken = new CountedKeys();
  readonly #turns = new Turns<Waiting>();
  #isPassing = false;

  constructor(bounds: SeatBounds, clock: Pick<Clock, 'after'>) {
    this.#bounds = bounds;
    this.#flowMax = Math.ceil(bounds.seats / 2);
    this.#flowQueueMax = Math.ceil(bounds.queue / 2);
    this.#clock = clock;
  }

  /** Calls that are under way. */
  get taken(): number {
    return this.#taken.total;
  }

  get waiting(): number {
    return this.#turns.size;
  }

  /** Whether one more call would neither find a seat nor a place to wait for one, nor one that somebody else has to give. */
  isFull(caller: Caller): boolean {
    if (this.waiting === 0 && this.#hasSeatFor(caller.flow)) return false;
    if (this.#turns.count(caller.flow) >= this.#flowQueueMax) return true;
    return this.waiting >= this.#bounds.queue && this.#turns.last(caller) === null;
  }

  /**
   * Calls `settle` with what gives the seat back, at once where one is free, or with why there is none. Of whoever waits, answers
   * what takes it out of the queue; it is not called then.
   */
  take(caller: Caller, settle: (release: Release | NoSeat) => void): (() => void) | null {
    const { flow } = caller;
    if (this.isFull(caller)) {
      settle('queue_full');
      return null;
    }
    if (this.waiting === 0 || (this.#turns.count(flow) === 0 && this.#areAllOthersAtTheirBound(flow))) {
      if (this.#hasSeatFor(flow)) {
        settle(this.#seat(flow));
        return null;
      }
    }
    if (this.waiting >= this.#bounds.queue) this.#giveWayTo(caller);
    return this.#wait(caller, settle);
  }

  #giveWayTo(caller: Caller): void {
    const last = this.#turns.last(caller);
    if (last === null || !this.#turns.remove(last)) return;
    last.stopTimer();
    last.settle('queue_full');
  }

  #wait({ flow, origin }: Caller, settle: Waiting['settle']): () => void {
    const waiting: Waiting = {
      flow,
      origin,
      settle,
      stopTimer: this.#clock.after(this.#bounds.waitMs, () => {
        if (this.#turns.remove(waiting)) settle('waited');
      }),
    };
    this.#turns.add(waiting);
    return () => {
      if (this.#turns.remove(waiting)) waiting.stopTimer();
    };
  }

  #seat(flow: string): Release {
    const release = this.#taken.hold(flow);
    return () => {
      const before = this.#taken.total;
      release();
      if (this.waiting > 0 && this.#taken.total < before) this.#pass();
    };
  }

  /** Gives free seats to those who wait. */
  #pass(): void {
    // Whoever gives a seat back at once, in its turn, leaves it to this loop.
    if (this.#isPassing) return;
    this.#isPassing = true;
    try {
      while (this.#taken.total < this.#bounds.seats) {
        const next = this.#turns.next((flow) => this.#hasSeatFor(flow));
        if (next === null) return;
        next.stopTimer();
        next.settle(this.#seat(next.flow));
      }
    } finally {
      this.#isPassing = false;
    }
  }

  #hasSeatFor(flow: string): boolean {
    return this.#taken.total < this.#bounds.seats && this.#taken.count(flow) < this.#flowMax;
  }

  #areAllOthersAtTheirBound(flow: string): boolean {
    for (const other of this.#turns.flows()) if (other !== flow && this.#hasSeatFor(other)) return false;
    return true;
  }
}
