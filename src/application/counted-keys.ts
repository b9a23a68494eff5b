type Bounds = {
  /** What may be held at once, under all keys together. @default no bound */
  readonly max?: number;
  /** The same under one key. @default no bound */
  readonly perKeyMax?: number;
};

/** Ends what was acquired. Calling it again does nothing. */
export type Release = () => void;

/**
 * Counts what is held under keys, within bounds: sockets by address, callers that wait by sender, channels by agent.
 * A key that nothing is held under takes no memory.
 */
export class CountedKeys {
  readonly #bounds: Required<Bounds>;
  readonly #held = new Map<string, number>();
  #total = 0;

  constructor({ max = Number.POSITIVE_INFINITY, perKeyMax = Number.POSITIVE_INFINITY }: Bounds = {}) {
    this.#bounds = { max, perKeyMax };
  }

  /** What is held under all keys. */
  get total(): number {
    return this.#total;
  }

  /** How many keys something is held under. */
  get size(): number {
    return this.#held.size;
  }

  /** What is held under the key. */
  count(key: string): number {
    return this.#held.get(key) ?? 0;
  }

  /** The keys that something is held under. */
  keys(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Holds one more under the key; null when a bound is reached. */
  acquire(key: string): Release | null {
    const isFull = this.#total >= this.#bounds.max || this.count(key) >= this.#bounds.perKeyMax;
    return isFull ? null : this.hold(key);
  }

  /** Holds one more under the key, whatever the bounds. */
  hold(key: string): Release {
    this.#total += 1;
    this.#held.set(key, this.count(key) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#total -= 1;
      const left = this.count(key) - 1;
      if (left > 0) this.#held.set(key, left);
      else this.#held.delete(key);
    };
  }
}
