import { LRUCache } from 'lru-cache';

type Options<Value> = {
  /** The oldest entry goes when there is one more. */
  readonly max: number;
  /** What all entries together may weigh, where they differ much: the oldest ones go when they weigh more. */
  readonly weight?: { readonly max: number; readonly of: (value: Value) => number };
  /** How long an entry may be used, in milliseconds, asked at each use. */
  readonly lifeMs: () => number;
  readonly now: () => number;
  readonly load: (key: string) => Promise<Value>;
};

/**
 * A read-through cache of what hardly changes: bounded, one load per key at a time. What was loaded before a drop of
 * the same key is neither kept nor answered after it.
 */
export class FreshCache<Value> {
  readonly #entries: LRUCache<string, { readonly value: Value; readonly at: number }>;
  readonly #loading = new Map<string, Promise<Value>>();
  readonly #options: Options<Value>;

  constructor(options: Options<Value>) {
    this.#options = options;
    const { max, weight } = options;
    this.#entries = new LRUCache({
      max,
      ...(weight && { maxSize: weight.max, sizeCalculation: ({ value }) => Math.max(1, Math.ceil(weight.of(value))) }),
    });
  }

  async get(key: string): Promise<Value> {
    const entry = this.#entries.get(key);
    if (entry && this.#options.now() - entry.at < this.#options.lifeMs()) return entry.value;
    return this.#loading.get(key) ?? this.#load(key);
  }

  /** Forgets the key, and whatever is being loaded for it now. */
  drop(key: string): void {
    this.#entries.delete(key);
    this.#loading.delete(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#loading.clear();
  }

  /** Forgets every entry that the test picks out. */
  dropWhere(picks: (value: Value) => boolean): void {
    for (const [key, { value }] of this.#entries.entries()) if (picks(value)) this.#entries.delete(key);
    this.#loading.clear();
  }

  #load(key: string): Promise<Value> {
    const at = this.#options.now();
    const loading: Promise<Value> = this.#options.load(key).then(
      (value) => {
        // It was dropped meanwhile: what was loaded may be what the drop is about.
        if (this.#loading.get(key) !== loading) return this.get(key);
        this.#loading.delete(key);
        this.#entries.set(key, { value, at });
        return value;
      },
      (error) => {
        if (this.#loading.get(key) === loading) this.#loading.delete(key);
        throw error;
      },
    );
    this.#loading.set(key, loading);
    return loading;
  }
}
