import type { StorageStore, Stored } from '../ports/storage-store.ts';

/** Before the first place of the tree. */
const BEFORE_ALL = -1;

/** What the audit trail has, counted on from where the last count ended: what is sealed only changes by being pruned. */
export class TrailCount {
  readonly #storage: Pick<StorageStore, 'trail'>;
  #stored: Stored = { rows: 0, bytes: 0 };
  #after = BEFORE_ALL;
  #beginsAt: number | null = null;

  constructor(storage: Pick<StorageStore, 'trail'>) {
    this.#storage = storage;
  }

  /** As far as it has been counted. */
  get stored(): Stored {
    return this.#stored;
  }

  /** Counts so many entries more; begins anew where some were pruned meanwhile. Answers whether that was the end. */
  async countPage(limit: number): Promise<boolean> {
    const { rows, bytes, lastIndex, isLast, beginsAt } = await this.#storage.trail(this.#after, limit);
    if (this.#after !== BEFORE_ALL && beginsAt !== this.#beginsAt) {
      this.#stored = { rows: 0, bytes: 0 };
      this.#after = BEFORE_ALL;
      return false;
    }
    this.#beginsAt = beginsAt;
    this.#stored = { rows: this.#stored.rows + rows, bytes: this.#stored.bytes + bytes };
    this.#after = lastIndex ?? this.#after;
    return isLast;
  }
}
