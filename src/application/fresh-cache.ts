import { LRUCache } from 'lru-cache';
import { CacheUse } from './ports/metrics.ts';

type Options<Value> = {
  /** The least recently used entry is evicted when there is one more. */
  readonly max: number;
  /**
   * The same for keys of which null was loaded. They are kept apart, so that asking for made-up keys, which anybody can
   * make up for ever, evicts nothing real. @default a tenth of max
   */
  readonly missesMax?: number;
  /** What all entries together may weigh, where they differ much: the oldest ones go when they weigh more. */
  readonly weight?: { readonly max: number; readonly of: (value: Value) => number };
  /** How long an entry may be used, in milliseconds, asked at each use. */
  readonly lifeMs: () => number;
  readonly now: () => number;
  /** Where its use is counted. */
  readonly use?: CacheUse;
  readonly load: (key: string) => Promise<Value>;
};

type Entry<Value> = { readonly value: Value; readonly at: number };

/**
 * A read-through cache of what hardly changes: bounded, one load per key at a time. What was loaded before a drop of
 * the same key is neither kept nor answered after it.
 */
export class FreshCache<Value> {
  readonly #entries: LRUCache<string, Entry<Value>>;
  readonly #misses: LRUCache<string, Entry<Value>>;
  readonly #loading = new Map<string, Promise<Value>>();
  readonly #options: Options<Value>;
  readonly #use: CacheUse;

  constructor(options: Options<Value>) {
    this.#options = options;
    const { max, missesMax = Math.ceil(max / 10), weight, use = new CacheUse() } = options;
    this.#use = use;
    this.#misses = new LRUCache({ max: missesMax });
    this.#entries = new LRUCache({
      max,
      ...(weight && { maxSize: weight.max, sizeCalculation: ({ value }) => Math.max(1, Math.ceil(weight.of(value))) }),
    });
  }

  async get(key: string): Promise<Value> {
    const entry = this.#entries.get(key) ?? this.#misses.get(key);
    if (entry && this.#options.now() - entry.at < this.#options.lifeMs()) {
      this.#use.hits.add();
      return entry.value;
    }
    this.#use.misses.add();
    return this.#loading.get(key) ?? this.#load(key);
  }

  /** Forgets the key, and whatever is being loaded for it now. */
  drop(key: string): void {
    this.#entries.delete(key);
    this.#misses.delete(key);
    this.#loading.delete(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#misses.clear();
    this.#loading.clear();
  }

  /** Forgets every entry that the test picks out. */
  dropWhere(picks: (value: Value) => boolean): void {
    for (const entries of [this.#entries, this.#misses]) {
      for (const [key, { value }] of entries.entries()) if (picks(value)) entries.delete(key);
    }
    this.#loading.clear();
  }

  #load(key: string): Promise<Value> {
    const at = this.#options.now();
    const loading: Promise<Value> = this.#options.load(key).then(
      (value) => {
        // It was dropped meanwhile: what was loaded may be what the drop is about.
        if (this.#loading.get(key) !== loading) return this.get(key);
        this.#loading.delete(key);
        this.#keep(key, { value, at });
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

  /** In one of the two, so that what came to be, or is gone, is not found as it was. */
  #keep(key: string, entry: Entry<Value>): void {
    const [kept, other] = entry.value === null ? [this.#misses, this.#entries] : [this.#entries, this.#misses];
    other.delete(key);
    kept.set(key, entry);
  }
}
