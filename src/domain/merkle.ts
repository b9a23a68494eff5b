import { hash } from 'node:crypto';

/**
 * Merkle trees as RFC 9162 (section 2.1) has them: SHA-256, leaves and nodes told apart by their first byte, and of two parts the
 * left one as large as a power of two can be.
 */

export const HASH_BYTES = 32;

/** Asked for bytes, Node makes a buffer with memory of its own for each, which takes as long as the hash of a node again. */
const sha256 = (bytes: string | Buffer): Buffer => Buffer.from(hash('sha256', bytes, 'base64'), 'base64');

/** The root of the tree without leaves. */
export const EMPTY_ROOT = sha256('');

/** The leaf of an entry. */
export const leafHash = (entry: string | Buffer): Buffer =>
  sha256(typeof entry === 'string' ? `\0${entry}` : Buffer.concat([LEAF_PREFIX, entry]));

const LEAF_PREFIX = Buffer.from([0]);

export const nodeHash = (left: Buffer, right: Buffer): Buffer => {
  left.copy(node, 1);
  right.copy(node, 1 + HASH_BYTES);
  return sha256(node);
};

const node = Buffer.alloc(1 + 2 * HASH_BYTES, 1);

/** The root over full subtrees that stand side by side, the largest first. */
export const rootOver = (subtrees: readonly Buffer[]): Buffer =>
  subtrees.length === 0 ? EMPTY_ROOT : subtrees.reduceRight((right, left) => nodeHash(left, right));

/** The root of the tree of these leaves. */
export const rootOf = (leaves: readonly Buffer[]): Buffer => {
  const tree = new MerkleStack();
  for (const leaf of leaves) tree.append(leaf);
  return tree.root();
};

/** A tree that is only added to: all that it keeps are the roots of its full subtrees, one for each bit of its size. */
export class MerkleStack {
  #size: number;
  readonly #subtrees: Buffer[];

  /** @param subtrees the largest first, as `subtrees` answers them */
  constructor(size = 0, subtrees: readonly Buffer[] = []) {
    if (subtrees.length !== subtreesIn({ from: 0, to: size }).length) {
      throw new RangeError(`${subtrees.length} subtrees do not make a tree of ${size} leaves.`);
    }
    this.#size = size;
    this.#subtrees = [...subtrees];
  }

  get size(): number {
    return this.#size;
  }

  get subtrees(): readonly Buffer[] {
    return this.#subtrees;
  }

  /** @param onFull hears of each subtree of 2^level leaves that becomes full, the smallest first */
  append(leaf: Buffer, onFull?: (subtree: Buffer, level: number) => void): void {
    let subtree = leaf;
    let level = 0;
    for (let rest = this.#size; rest % 2 === 1; rest = (rest - 1) / 2) {
      const left = this.#subtrees.pop();
      if (left !== undefined) subtree = nodeHash(left, subtree);
      level += 1;
      onFull?.(subtree, level);
    }
    this.#subtrees.push(subtree);
    this.#size += 1;
  }

  root(): Buffer {
    return rootOver(this.#subtrees);
  }
}

/** Leaves side by side. */
export type Leaves = { readonly from: number; readonly to: number };

/** A full subtree: that of 2^level leaves which has n such before it. */
export type Subtree = { readonly level: number; readonly n: number };

/** The full subtrees that leaves consist of which begin where a subtree of their size may: the largest first. */
export const subtreesIn = ({ from, to }: Leaves): readonly Subtree[] => {
  const found: Subtree[] = [];
  for (let at = from; at < to; ) {
    let level = 0;
    let leaves = 1;
    while (at % (2 * leaves) === 0 && at + 2 * leaves <= to) {
      leaves *= 2;
      level += 1;
    }
    found.push({ level, n: at / leaves });
    at += leaves;
  }
  return found;
};

/** The largest power of two below the size of a tree of two leaves or more. */
const leftPart = (size: number): number => {
  let left = 1;
  while (2 * left < size) left *= 2;
  return left;
};

/** What the proof consists of that the tree of `size` leaves has that leaf, in its order: a hash for each of these. */
export const inclusionProof = (index: number, size: number, from = 0): readonly Leaves[] => {
  if (size <= 1) return [];
  const left = leftPart(size);
  return index < left
    ? [...inclusionProof(index, left, from), { from: from + left, to: from + size }]
    : [...inclusionProof(index - left, size - left, from + left), { from, to: from + left }];
};

/** What the proof consists of that the tree of `size` leaves begins with that of `before`, in its order. */
export const consistencyProof = (before: number, size: number): readonly Leaves[] =>
  before === 0 ? [] : partsBeyond(before, size, 0, true);

const partsBeyond = (before: number, size: number, from: number, isKnown: boolean): readonly Leaves[] => {
  if (before === size) return isKnown ? [] : [{ from, to: from + size }];
  const left = leftPart(size);
  return before <= left
    ? [...partsBeyond(before, left, from, isKnown), { from: from + left, to: from + size }]
    : [...partsBeyond(before - left, size - left, from + left, false), { from, to: from + left }];
};

/** Whether the proof shows that the tree of that root has the leaf at that place. */
export const provesInclusion = (
  proof: readonly Buffer[],
  {
    leaf,
    index,
    size,
    root,
  }: { readonly leaf: Buffer; readonly index: number; readonly size: number; readonly root: Buffer },
): boolean => {
  if (!isPlace(index, size) || !areHashes(proof, inclusionProof(index, size).length)) return false;
  const rest = [...proof];
  const rootAbove = (at: number, leaves: number): Buffer => {
    const beside = leaves > 1 ? rest.pop() : undefined;
    if (beside === undefined) return leaf;
    const left = leftPart(leaves);
    return at < left ? nodeHash(rootAbove(at, left), beside) : nodeHash(beside, rootAbove(at - left, leaves - left));
  };
  return rootAbove(index, size).equals(root);
};

/** What has another length is no hash, and nodes are made of hashes only. */
const areHashes = (proof: readonly Buffer[], count: number): boolean =>
  proof.length === count && proof.every(({ length }) => length === HASH_BYTES);

const isPlace = (index: number, size: number): boolean =>
  Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;

/** A tree, by what is known of it. */
export type Tree = { readonly size: number; readonly root: Buffer };

/** Whether the proof shows that the later tree begins with the earlier one. */
export const provesConsistency = (proof: readonly Buffer[], before: Tree, after: Tree): boolean => {
  if (!isPlace(before.size, after.size + 1)) return false;
  if (!areHashes(proof, consistencyProof(before.size, after.size).length)) return false;
  if (before.size === 0) return before.root.equals(EMPTY_ROOT);
  if (before.size === after.size) return before.root.equals(after.root);
  const rest = [...proof];
  const next = (): Buffer => rest.pop() ?? EMPTY_ROOT;
  const roots = (
    leaves: number,
    of: number,
    isKnown: boolean,
  ): { readonly earlier: Buffer; readonly later: Buffer } => {
    if (leaves === of) {
      const same = isKnown ? before.root : next();
      return { earlier: same, later: same };
    }
    const beside = next();
    const left = leftPart(of);
    if (leaves <= left) {
      const { earlier, later } = roots(leaves, left, isKnown);
      return { earlier, later: nodeHash(later, beside) };
    }
    const { earlier, later } = roots(leaves - left, of - left, false);
    return { earlier: nodeHash(beside, earlier), later: nodeHash(beside, later) };
  };
  const { earlier, later } = roots(before.size, after.size, true);
  return earlier.equals(before.root) && later.equals(after.root);
};
