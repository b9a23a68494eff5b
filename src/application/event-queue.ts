/** The consumer did not keep up, so its events were dropped and it was ended. */
export class QueueOverflowError extends Error {
  constructor() {
    super('The subscriber reads too slowly; subscribe again to go on.');
  }
}

/**
 * One subscriber's events, bounded: over the bound the queue ends with QueueOverflowError instead of growing, and
 * nobody else notices. Single consumer. `onEnd` is called exactly once, whichever side ends it.
 */
export class EventQueue<Event> implements AsyncIterableIterator<Event> {
  readonly #events: Event[] = [];
  readonly #max: number;
  readonly #onEnd: () => void;
  #waiting: { resolve: (result: IteratorResult<Event>) => void; reject: (error: unknown) => void } | null = null;
  #ended = false;
  #failure: unknown = null;

  constructor(options: { max: number; onEnd?: () => void }) {
    this.#max = options.max;
    this.#onEnd = options.onEnd ?? (() => {});
  }

  /** How many events wait to be read. */
  get size(): number {
    return this.#events.length;
  }

  push(event: Event): void {
    if (this.#ended) return;
    if (this.#waiting) {
      const { resolve } = this.#takeWaiting();
      resolve({ done: false, value: event });
      return;
    }
    if (this.#events.length >= this.#max) {
      this.#events.length = 0;
      this.fail(new QueueOverflowError());
      return;
    }
    this.#events.push(event);
  }

  /** Ends it after what is queued. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#waiting) this.#takeWaiting().resolve({ done: true, value: undefined });
    this.#onEnd();
  }

  /** Ends it with an error, after what is queued. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#waiting) this.#takeWaiting().reject(error);
    else this.#failure = error;
    this.#onEnd();
  }

  next(): Promise<IteratorResult<Event>> {
    const event = this.#events.shift();
    if (event !== undefined) return Promise.resolve({ done: false, value: event });
    if (this.#failure !== null) {
      const failure = this.#failure;
      this.#failure = null;
      return Promise.reject(failure);
    }
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The consumer has had enough. */
  async return(): Promise<IteratorResult<Event>> {
    this.#events.length = 0;
    this.#failure = null;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeWaiting() {
    const waiting = this.#waiting;
    if (!waiting) throw new Error('nobody is waiting');
    this.#waiting = null;
    return waiting;
  }
}
