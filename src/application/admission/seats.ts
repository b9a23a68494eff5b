import { CountedKeys, type Release } from '../counted-keys.ts';
import type { Clock } from '../ports/clock.ts';

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

type Waiting = { readonly settle: (release: Release | NoSeat) => void; readonly stopTimer: () => void };

/**
 * Seats for calls that are under way, of one level. Who finds none waits for a moment; flows that wait have their turn one after
 * another, whoever of them has the most that waits. Where no more may wait, that one loses its last call to whoever has fewer.
 */
export class Seats {
  readonly #bounds: SeatBounds;
  readonly #flowMax: number;
  readonly #flowQueueMax: number;
  readonly #clock: Pick<Clock, 'after'>;
  readonly #taken = new CountedKeys();
  /** By flow, the one whose turn it is first. */
  readonly #queues = new Map<string, Waiting[]>();
  #waiting = 0;

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
    return this.#waiting;
  }

  /** Whether a call of the flow would neither find a seat nor a place to wait for one, nor one that another flow has to give. */
  isFull(flow: string): boolean {
    if (this.#waiting === 0 && this.#hasSeatFor(flow)) return false;
    if (this.#queueOf(flow) >= this.#flowQueueMax) return true;
    return this.#waiting >= this.#bounds.queue && this.#longestBeside(flow) === null;
  }

  /**
   * Calls `settle` with what gives the seat back, at once where one is free, or with why there is none. Of whoever waits, answers
   * what takes it out of the queue; it is not called then.
   */
  take(flow: string, settle: (release: Release | NoSeat) => void): (() => void) | null {
    if (this.isFull(flow)) {
      settle('queue_full');
      return null;
    }
    if (this.#waiting === 0 || (this.#queueOf(flow) === 0 && this.#areAllOthersAtTheirBound(flow))) {
      if (this.#hasSeatFor(flow)) {
        settle(this.#seat(flow));
        return null;
      }
    }
    if (this.#waiting >= this.#bounds.queue) this.#giveWayTo(flow);
    return this.#wait(flow, settle);
  }

  /** The last of whichever flow has the most that waits goes, so that flows with many calls keep out none with few. */
  #giveWayTo(flow: string): void {
    const longest = this.#longestBeside(flow);
    const last = this.#queues.get(longest ?? '')?.at(-1);
    if (longest === null || last === undefined || !this.#remove(longest, last)) return;
    last.stopTimer();
    last.settle('queue_full');
  }

  /** Whichever flow has the most that waits, where that is more than the flow would have with one more. */
  #longestBeside(flow: string): string | null {
    let longest: string | null = null;
    let most = this.#queueOf(flow) + 1;
    for (const [other, queue] of this.#queues) {
      if (queue.length <= most) continue;
      longest = other;
      most = queue.length;
    }
    return longest;
  }

  #wait(flow: string, settle: Waiting['settle']): () => void {
    const waiting: Waiting = {
      settle,
      stopTimer: this.#clock.after(this.#bounds.waitMs, () => {
        if (this.#remove(flow, waiting)) settle('waited');
      }),
    };
    const queue = this.#queues.get(flow);
    if (queue) queue.push(waiting);
    else this.#queues.set(flow, [waiting]);
    this.#waiting += 1;
    return () => {
      if (this.#remove(flow, waiting)) waiting.stopTimer();
    };
  }

  #seat(flow: string): Release {
    const release = this.#taken.hold(flow);
    return () => {
      const before = this.#taken.total;
      release();
      if (this.#waiting > 0 && this.#taken.total < before) this.#pass();
    };
  }

  /** Gives free seats to those who wait. */
  #pass(): void {
    for (const [flow, queue] of this.#queues) {
      if (this.#taken.total >= this.#bounds.seats) return;
      if (!this.#hasSeatFor(flow)) continue;
      const next = queue.shift();
      this.#queues.delete(flow);
      if (queue.length > 0) this.#queues.set(flow, queue);
      if (next === undefined) continue;
      this.#waiting -= 1;
      next.stopTimer();
      next.settle(this.#seat(flow));
    }
  }

  #hasSeatFor(flow: string): boolean {
    return this.#taken.total < this.#bounds.seats && this.#taken.count(flow) < this.#flowMax;
  }

  #areAllOthersAtTheirBound(flow: string): boolean {
    for (const other of this.#queues.keys()) if (other !== flow && this.#hasSeatFor(other)) return false;
    return true;
  }

  #queueOf(flow: string): number {
    return this.#queues.get(flow)?.length ?? 0;
  }

  #remove(flow: string, waiting: Waiting): boolean {
    const queue = this.#queues.get(flow);
    const at = queue?.indexOf(waiting) ?? -1;
    if (!queue || at < 0) return false;
    queue.splice(at, 1);
    if (queue.length === 0) this.#queues.delete(flow);
    this.#waiting -= 1;
    return true;
  }
}
