import { CountedKeys } from '../application/counted-keys.ts';

type Bounds = {
  /** Places in all. */
  readonly max: number;
  /** Places of one key, in each of the groupings that a place is entered with. */
  readonly perKeyMax: readonly number[];
  /** Places of those that leave and of the first rank together, of all keys. @default as many as there are */
  readonly firstMax?: number;
};

/** When a place is freed for a newcomer: before all others, as of somebody who leaves, among the first, among those after them, or not at all. */
export type Rank = 'leaving' | 'first' | 'next' | 'never';

type Options = {
  readonly rank: Rank;
  /** Its holder has to go; the place is free already. */
  readonly end: () => void;
  /** Whether it may be asked to now, whatever its rank. @default it may */
  readonly mayEnd?: () => boolean;
};

/** Somebody's place. */
export class Place {
  readonly keys: readonly string[];
  readonly releases: readonly (() => void)[];
  readonly options: Options;
  rank: Rank;

  constructor(keys: readonly string[], releases: readonly (() => void)[], options: Options) {
    this.keys = keys;
    this.releases = releases;
    this.options = options;
    this.rank = options.rank;
  }
}

/** In this order. */
const FREED = ['leaving', 'first', 'next'] as const;

/**
 * Places that nobody keeps from others: where there are no more, one is freed for the newcomer, whichever of the first rank
 * that there is has been in it for longest. Of a key that has its share it is one of that key's, so that a flood of one
 * network drives out nobody else.
 */
export class Places {
  readonly #bounds: Bounds;
  readonly #counts: readonly CountedKeys[];
  /** Of each rank those that came into it first. */
  readonly #ranks: Readonly<Record<Rank, Set<Place>>> = {
    leaving: new Set(),
    first: new Set(),
    next: new Set(),
    never: new Set(),
  };
  #size = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#counts = bounds.perKeyMax.map(() => new CountedKeys());
  }

  get size(): number {
    return this.#size;
  }

  /** Null where there is no place, and nobody who may go. */
  enter(keys: readonly string[], options: Options): Place | null {
    if (!this.#makeRoom(keys)) return null;
    const releases = this.#counts.map((counts, index) => counts.hold(keys[index] ?? ''));
    const place = new Place(keys, releases, options);
    this.#ranks[place.rank].add(place);
    this.#size += 1;
    return place;
  }

  /** From now on it is of that rank. */
  move(place: Place, rank: Rank): void {
    if (!this.#ranks[place.rank].delete(place)) return;
    place.rank = rank;
    this.#ranks[rank].add(place);
  }

  free(place: Place): void {
    if (!this.#ranks[place.rank].delete(place)) return;
    this.#size -= 1;
    for (const release of place.releases) release();
  }

  #makeRoom(keys: readonly string[]): boolean {
    for (const [index, max] of this.#bounds.perKeyMax.entries()) {
      const key = keys[index] ?? '';
      const isFull = (this.#counts[index]?.count(key) ?? 0) >= max;
      if (isFull && !this.#endOne(({ keys: those }) => those[index] === key)) return false;
    }
    const { max, firstMax = max } = this.#bounds;
    if (this.#size < max && this.#ranks.leaving.size + this.#ranks.first.size < firstMax) return true;
    return this.#endOne(() => true);
  }

  #endOne(isMeant: (place: Place) => boolean): boolean {
    for (const rank of FREED) {
      for (const place of this.#ranks[rank]) {
        if (!isMeant(place) || place.options.mayEnd?.() === false) continue;
        this.free(place);
        place.options.end();
        return true;
      }
    }
    return false;
  }
}
