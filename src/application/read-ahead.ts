import type { EventQueue } from './event-queue.ts';

type Options<Waiting, Event> = {
  /** Events that are made of what waits at once, and so many may be kept ready. */
  readonly max: number;
  /** Makes events of what waited, in their order; those that there is nothing to tell of any more are left out. */
  readonly load: (waiting: readonly Waiting[]) => Promise<readonly Event[]>;
};

/**
 * A queue whose events are made when they are read: what waits is small, however long nobody reads, and who reads gets
 * many in one load. Single consumer; ends as the queue ends.
 */
export class ReadAhead<Waiting, Event> implements AsyncIterableIterator<Event> {
  readonly #queue: EventQueue<Waiting>;
  readonly #options: Options<Waiting, Event>;
  #ready: Event[] = [];

  constructor(queue: EventQueue<Waiting>, options: Options<Waiting, Event>) {
    this.#queue = queue;
    this.#options = options;
  }

  async next(): Promise<IteratorResult<Event>> {
    for (;;) {
      const event = this.#ready.shift();
      if (event !== undefined) return { done: false, value: event };
      const first = await this.#queue.next();
      if (first.done) return { done: true, value: undefined };
      const waiting = [first.value];
      while (this.#queue.size > 0 && waiting.length < this.#options.max) {
        const next = await this.#queue.next();
        if (!next.done) waiting.push(next.value);
      }
      this.#ready = [...(await this.#load(waiting))];
    }
  }

  async #load(waiting: readonly Waiting[]): Promise<readonly Event[]> {
    try {
      return await this.#options.load(waiting);
    } catch (error) {
      // Whoever reads takes it for over, and does not say that it has had enough.
      await this.return();
      throw error;
    }
  }

  /** The consumer has had enough. */
  async return(): Promise<IteratorResult<Event>> {
    this.#ready = [];
    await this.#queue.return();
    return { done: true, value: undefined };
  }

  /** Ends it with an error, after what waits. */
  fail(error: unknown): void {
    this.#queue.fail(error);
  }

  /** Calls back once when it ends, whichever side ends it; at once if it has. */
  onEnd(listener: () => void): this {
    this.#queue.onEnd(listener);
    return this;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
