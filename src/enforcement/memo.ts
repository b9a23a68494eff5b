import { LRUCache } from 'lru-cache';

/**
 * Remembers what is made of a published document, for the documents used last. A pure memo: an entry is used only
 * for the very document it was made of, or one with the same content, so that nothing depends on who hands out ids.
 */
export class Memo<Source extends object, Made extends object> {
  readonly #entries: LRUCache<string, { readonly source: Source; readonly made: Made }>;
  readonly #make: (source: Source) => Made;
  readonly #isSame: (one: Source, other: Source) => boolean;

  constructor(options: {
    readonly max: number;
    readonly make: (source: Source) => Made;
    readonly isSame: (one: Source, other: Source) => boolean;
  }) {
    this.#entries = new LRUCache({ max: options.max });
    this.#make = options.make;
    this.#isSame = options.isSame;
  }

  get(id: string, source: Source): Made {
    const entry = this.#entries.get(id);
    if (entry && (entry.source === source || this.#isSame(entry.source, source))) return entry.made;
    const made = this.#make(source);
    this.#entries.set(id, { source, made });
    return made;
  }
}
