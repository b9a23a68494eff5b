/** The consumer did not keep up, so its events were dropped and it was ended. */
export class QueueOverflowError extends Error {
  constructor() {
    super('The subscriber reads too slowly; subscribe again to go on.');
  }
}

type Options<Event> = {
  /** Events that may wait to be read. */
  readonly max: number;
  /** How much a waiting event weighs, for `weight`. */
  readonly weigh?: (event: Event) => number;
};

/**
 * One subscriber's events, bounded: over the bound the queue ends with QueueOverflowError instead of growing, and
 * nobody else notices. Single consumer.
 */
export class EventQueue<Event> implements AsyncIterableIterator<Event> {
  readonly #waitingEvents: { readonly event: Event; readonly weight: number }[] = [];
  readonly #options: Options<Event>;
  readonly #onEnd: (() => void)[] = [];
  #weight = 0;
  #reader: { resolve: (result: IteratorResult<Event>) => void; reject: (error: unknown) => void } | null = null;
  #isEnded = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(options: Options<Event>) {
    this.#options = options;
  }

  /** How many events wait to be read. */
  get size(): number {
    return this.#waitingEvents.length;
  }

  /** What the waiting events weigh together. */
  get weight(): number {
    return this.#weight;
  }

  /** Calls back once when it ends, whichever side ends it; at once if it has. */
  onEnd(listener: () => void): this {
    if (this.#isEnded) listener();
    else this.#onEnd.push(listener);
    return this;
  }

  push(event: Event): void {
    if (this.#isEnded) return;
    const reader = this.#takeReader();
    if (reader) {
      reader.resolve({ done: false, value: event });
    } else if (this.#waitingEvents.length < this.#options.max) {
      const weight = this.#options.weigh?.(event) ?? 0;
      this.#weight += weight;
      this.#waitingEvents.push({ event, weight });
    } else {
      this.#dropWaiting();
      this.fail(new QueueOverflowError());
    }
  }

  /** Ends it after what waits. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#takeReader()?.resolve({ done: true, value: undefined });
    for (const listener of this.#onEnd.splice(0)) listener();
  }

  /** Ends it with an error, after what waits. */
  fail(error: unknown): void {
    if (this.#isEnded) return;
    const reader = this.#takeReader();
    if (reader) reader.reject(error);
    else this.#failure = { error };
    this.end();
  }

  next(): Promise<IteratorResult<Event>> {
    const first = this.#waitingEvents.shift();
    if (first) {
      this.#weight -= first.weight;
      return Promise.resolve({ done: false, value: first.event });
    }
    if (this.#failure) {
      const { error } = this.#failure;
      this.#failure = null;
      return Promise.reject(error);
    }
    if (this.#isEnded) return Promise.resolve({ done: true, value: undefined });
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject };
    });
  }

  /** The consumer has had enough. */
  async return(): Promise<IteratorResult<Event>> {
    this.#dropWaiting();
    this.#failure = null;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeReader() {
    const reader = this.#reader;
    this.#reader = null;
    return reader;
  }

  #dropWaiting(): void {
    this.#waitingEvents.length = 0;
    this.#weight = 0;
  }
}
