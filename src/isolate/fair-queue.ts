/**
 * What waits for several owners: each owner's in its order, the owners in turn, so that nobody waits for more than one
 * of each other owner's. Bounded: when it is full, whoever has most waiting gives up the latest of it.
 */
export class FairQueue<Item> {
  readonly #byOwner = new Map<string, Item[]>();
  readonly #max: number;
  #size = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#size;
  }

  /** Answers what had to give way: the item itself where its owner has as much waiting as anybody, or null. */
  add(owner: string, item: Item): Item | null {
    const own = this.#byOwner.get(owner) ?? [];
    if (this.#size >= this.#max) {
      const most = [...this.#byOwner].reduce<Item[]>(
        (longest, [, items]) => (items.length > longest.length ? items : longest),
        [],
      );
      const last = most.length > own.length + 1 ? most.pop() : undefined;
      if (last === undefined) return item;
      own.push(item);
      this.#byOwner.set(owner, own);
      return last;
    }
    own.push(item);
    this.#byOwner.set(owner, own);
    this.#size += 1;
    return null;
  }

  /** The next in turn. */
  take(): Item | undefined {
    for (const [owner, items] of this.#byOwner) {
      this.#byOwner.delete(owner);
      const item = items.shift();
      // To the end of the line.
      if (items.length > 0) this.#byOwner.set(owner, items);
      if (item === undefined) continue;
      this.#size -= 1;
      return item;
    }
    return undefined;
  }

  remove(owner: string, item: Item): void {
    const items = this.#byOwner.get(owner) ?? [];
    const at = items.indexOf(item);
    if (at === -1) return;
    items.splice(at, 1);
    if (items.length === 0) this.#byOwner.delete(owner);
    this.#size -= 1;
  }

  /** Takes everything out. */
  clear(): readonly Item[] {
    const items = [...this.#byOwner.values()].flat();
    this.#byOwner.clear();
    this.#size = 0;
    return items;
  }
}
