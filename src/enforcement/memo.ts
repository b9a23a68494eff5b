import { LRUCache } from 'lru-cache';

/**
 * Remembers what is made of a published document, for the documents used last, within a bound on how much all of it
 * weighs. A pure memo: an entry is used only for the very document it was made of, or one with the same content, so
 * that nothing depends on who hands out ids.
 */
export class Memo<Source extends object, Made extends object> {
  readonly #entries: LRUCache<string, { readonly source: Source; readonly made: Made }>;
  readonly #options: MemoOptions<Source, Made>;

  constructor(options: MemoOptions<Source, Made>) {
    this.#options = options;
    this.#entries = new LRUCache({ maxSize: options.weightMax });
  }

  get(id: string, source: Source): Made {
    const { make, weigh, isSame } = this.#options;
    const entry = this.#entries.get(id);
    if (entry && (entry.source === source || isSame(entry.source, source))) return entry.made;
    const made = make(source);
    this.#entries.set(id, { source, made }, { size: Math.ceil(weigh(made)) });
    return made;
  }
}

type MemoOptions<Source, Made> = {
  /** The entries used least recently go when all together weigh more. What weighs more alone is never kept. */
  readonly weightMax: number;
  readonly make: (source: Source) => Made;
  /** How much memory it takes, above 0, in whatever unit `weightMax` has. */
  readonly weigh: (made: Made) => number;
  readonly isSame: (one: Source, other: Source) => boolean;
};
