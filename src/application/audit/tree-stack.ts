import { nodeHash } from '../../domain/merkle.ts';

/** A full subtree: how high it is, and its hash. */
type Subtree = { readonly level: number; readonly hash: Buffer };

/**
 * The tree of RFC 9162 as far as it was walked from the left: it is given leaf after leaf, and for what is left out the hashes
 * of the full subtrees there. So whoever has some of the entries computes the same roots as whoever has all.
 */
export class TreeStack {
  #size = 0;
  readonly #subtrees: Subtree[] = [];

  /** How many leaves it stands for. */
  get size(): number {
    return this.#size;
  }

  /** The next leaf, or the next full subtree: one that may begin here (see `subtreesIn`). */
  add(hash: Buffer, level = 0): void {
    this.#size += 2 ** level;
    let added: Subtree = { level, hash };
    for (let last = this.#subtrees.at(-1); last?.level === added.level; last = this.#subtrees.at(-1)) {
      this.#subtrees.pop();
      added = { level: added.level + 1, hash: nodeHash(last.hash, added.hash) };
    }
    this.#subtrees.push(added);
  }

  /** The root of the tree of so many leaves; null of none. */
  root(): Buffer | null {
    const [last, ...before] = this.#subtrees.toReversed();
    return last === undefined ? null : before.reduce((root, { hash }) => nodeHash(hash, root), last.hash);
  }
}
