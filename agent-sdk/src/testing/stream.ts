/** What is put in comes out in order, to the one who reads it. */
export class Stream<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #items: Item[] = [];
  readonly #onEnd: () => void;
  #isOver = false;
  #resume = () => {};

  /** `onEnd` is called once, when the stream is ended or nobody reads it any more. */
  constructor(onEnd: () => void = () => {}) {
    this.#onEnd = onEnd;
  }

  put(item: Item): void {
    this.#items.push(item);
    this.#resume();
  }

  /** What was put in before still comes out. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#onEnd();
    this.#resume();
  }

  async next(): Promise<IteratorResult<Item, undefined>> {
    for (;;) {
      if (this.#items.length > 0) return { done: false, value: this.#items.shift() as Item };
      if (this.#isOver) return { done: true, value: undefined };
      await new Promise<void>((resume) => {
        this.#resume = resume;
      });
    }
  }

  async return(): Promise<IteratorResult<Item, undefined>> {
    this.#items.length = 0;
    this.end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
