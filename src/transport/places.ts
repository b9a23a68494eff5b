import { CountedKeys } from '../application/counted-keys.ts';

type Bounds = {
  /** Places in all. */
  readonly max: number;
  /** Places of one key, in each of the groupings that a place is entered with. */
  readonly perKeyMax: readonly number[];
};

/** Who has a place. */
export type Holder = {
  /** How much it may go to make room: the higher the sooner; null for not at all. */
  readonly readiness: () => number | null;
  /** It has to go; its place is free already. */
  readonly end: () => void;
};

type Place = { readonly holder: Holder; readonly keys: readonly string[]; readonly releases: readonly (() => void)[] };

/**
 * Places that nobody keeps from others: where there are no more, the one whose holder is the most ready to go is freed for
 * the newcomer, the oldest of them first. Of a key that has its share it is one of that key's, else one of the key that has
 * the most. So whoever floods them drives out nobody but themselves.
 */
export class Places {
  readonly #bounds: Bounds;
  readonly #counts: readonly CountedKeys[];
  /** The oldest first. */
  readonly #places = new Set<Place>();

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#counts = bounds.perKeyMax.map(() => new CountedKeys());
  }

  get size(): number {
    return this.#places.size;
  }

  /** Answers what frees the place; null where there is none, and nobody who may go. */
  enter(keys: readonly string[], holder: Holder): (() => void) | null {
    if (!this.#makeRoom(keys)) return null;
    const releases = keys.map((key, index) => this.#counts[index]?.hold(key) ?? (() => {}));
    const place = { holder, keys, releases };
    this.#places.add(place);
    return () => this.#free(place);
  }

  #makeRoom(keys: readonly string[]): boolean {
    for (const [index, max] of this.#bounds.perKeyMax.entries()) {
      const key = keys[index] ?? '';
      if ((this.#counts[index]?.count(key) ?? 0) >= max && !this.#endOne(index, key)) return false;
    }
    if (this.#places.size < this.#bounds.max) return true;
    const [counts] = this.#counts;
    const largest = counts?.keys().reduce((most, key) => (counts.count(key) > counts.count(most) ? key : most), '');
    return this.#endOne(0, largest ?? '') || this.#endOne(0, null);
  }

  /** Of that key, or of anybody. */
  #endOne(index: number, key: string | null): boolean {
    let readiest: Place | null = null;
    let most = Number.NEGATIVE_INFINITY;
    for (const place of this.#places) {
      if (key !== null && place.keys[index] !== key) continue;
      const readiness = place.holder.readiness();
      if (readiness === null || readiness <= most) continue;
      readiest = place;
      most = readiness;
    }
    if (readiest === null) return false;
    this.#free(readiest);
    readiest.holder.end();
    return true;
  }

  #free(place: Place): void {
    if (!this.#places.delete(place)) return;
    for (const release of place.releases) release();
  }
}
