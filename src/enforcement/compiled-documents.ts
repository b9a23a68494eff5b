import { LRUCache } from 'lru-cache';

/** A kind of document, and what is made of it before it is evaluated. */
export type DocumentKind<Source extends object, Compiled extends object> = {
  /** No other kind in the same cache has it. */
  readonly name: string;
  readonly compile: (source: Source) => Compiled;
  /** How much memory it takes, in KiB, by a cautious estimate. */
  readonly weighKib: (compiled: Compiled) => number;
  readonly isSame: (one: Source, other: Source) => boolean;
};

type Entry<Source, Compiled> = { readonly source: Source; readonly compiled: Compiled };

type Options = {
  readonly weightMaxKib?: number;
  /** Hears of each look-up. */
  readonly onLookUp?: (isHit: boolean) => void;
};

/** Of all kinds together, in this thread: thousands of ordinary documents. */
const WEIGHT_MAX_KIB = 128 * 1_024;

/**
 * The cache of what published documents are compiled to, of every kind, within one bound on how much all of it
 * weighs: the entries used least recently are evicted, and what weighs more alone is never kept. Pure: an entry is
 * used only for the very document that it was made of, or one with the same content, so that nothing depends on who
 * issues ids. A thread has one of its own, as nothing that is compiled crosses to another.
 */
export class CompiledDocuments {
  readonly #entries: LRUCache<string, Entry<object, object>>;
  readonly #onLookUp: (isHit: boolean) => void;

  constructor({ weightMaxKib = WEIGHT_MAX_KIB, onLookUp = () => {} }: Options = {}) {
    this.#onLookUp = onLookUp;
    this.#entries = new LRUCache({ maxSize: weightMaxKib });
  }

  /** The function that answers the compiled form of a document of that kind, from the cache where it is there. */
  of<Source extends object, Compiled extends object>(
    kind: DocumentKind<Source, Compiled>,
  ): (id: string, source: Source) => Compiled {
    return (id, source) => {
      const key = `${kind.name} ${id}`;
      // What stands under a kind's name was made by it.
      const entry = this.#entries.get(key) as Entry<Source, Compiled> | undefined;
      const isHit = entry !== undefined && (entry.source === source || kind.isSame(entry.source, source));
      this.#onLookUp(isHit);
      if (isHit) return entry.compiled;
      const compiled = kind.compile(source);
      this.#entries.set(key, { source, compiled }, { size: Math.max(1, Math.ceil(kind.weighKib(compiled))) });
      return compiled;
    };
  }
}
