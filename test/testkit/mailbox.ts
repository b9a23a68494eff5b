import { within } from './eventually.ts';

type Waiter<Item> = {
  readonly matches: (item: Item) => boolean;
  readonly resolve: (item: Item) => void;
  readonly reject: (error: Error) => void;
};

/** What has come over a socket, in order, with bounded waits. */
export class Mailbox<Item> {
  readonly #items: Item[] = [];
  readonly #waiters = new Set<Waiter<Item>>();
  readonly #ended = Promise.withResolvers<unknown>();
  #isEnded = false;

  put(item: Item): void {
    for (const waiter of this.#waiters) {
      if (!waiter.matches(item)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(item);
      return;
    }
    this.#items.push(item);
  }

  /** Nothing more can come. */
  end(reason: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#ended.resolve(reason);
    for (const { reject } of this.#waiters) reject(new Error(`ended: ${JSON.stringify(reason)}`));
    this.#waiters.clear();
  }

  /** Why nothing more can come, once that is so. */
  ended(ms?: number): Promise<unknown> {
    return within(this.#ended.promise, 'end', ms);
  }

  /** Takes the first item that matches, whether it is here already or comes in time. */
  async take(matches: (item: Item) => boolean = () => true, what = 'item', ms?: number): Promise<Item> {
    const index = this.#items.findIndex(matches);
    const [found] = index < 0 ? [] : this.#items.splice(index, 1);
    if (found !== undefined) return found;
    if (this.#isEnded) throw new Error(`ended before ${what}`);
    const { promise, resolve, reject } = Promise.withResolvers<Item>();
    const waiter = { matches, resolve, reject };
    this.#waiters.add(waiter);
    try {
      return await within(promise, `${what}; there are ${JSON.stringify(this.#items)}`, ms);
    } finally {
      this.#waiters.delete(waiter);
    }
  }

  /** What has come and was not taken. */
  pending(matches: (item: Item) => boolean = () => true): readonly Item[] {
    return this.#items.filter(matches);
  }
}
