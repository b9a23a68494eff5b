import { HASH_BYTES, MerkleStack, rootOf, type Subtree } from './merkle.ts';

/** Hashes in one tile, of one level of a tree. */
export const TILE_HASHES = 256;

/** Levels of the tree in one tile. */
export const TILE_LEVELS = Math.log2(TILE_HASHES);

/** The hashes of a full tile side by side, and the root over them, which is a hash of the level above. */
export type Tile = { readonly level: number; readonly n: number; readonly hashes: Buffer; readonly root: Buffer };

/** Hashes side by side in one tile of that level, of the place `tile` there and counted by their places in the level, which a subtree is over. */
export type TilePart = { readonly level: number; readonly tile: number; readonly from: number; readonly to: number };

/** Where the hashes of a subtree are. */
export const partOf = ({ level, n }: Subtree): TilePart => {
  const width = 2 ** (level % TILE_LEVELS);
  const from = n * width;
  return { level: Math.floor(level / TILE_LEVELS), tile: Math.floor(from / TILE_HASHES), from, to: from + width };
};

/** A tile's name among those of all levels. */
export const tileKey = (level: number, n: number): string => `${level}/${n}`;

/** The hash of that place in a tile's. */
export const hashAt = (hashes: Buffer, place: number): Buffer => {
  const begin = (place % TILE_HASHES) * HASH_BYTES;
  return hashes.subarray(begin, begin + HASH_BYTES);
};

/** How many hashes are in each level's tile that is not full, of a tree of so many leaves; the leaves are level 0. */
export const unfilledCounts = (size: number): readonly number[] => {
  const counts: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / TILE_HASHES)) counts.push(rest % TILE_HASHES);
  return counts;
};

/** The tree that these tiles end, those above being full; null where they do not belong to one of that size. */
export const treeOf = (size: number, unfilled: readonly (readonly Buffer[])[]): MerkleStack | null => {
  const counts = unfilledCounts(size);
  if (counts.some((count, level) => (unfilled[level]?.length ?? 0) !== count)) return null;
  if (unfilled.slice(counts.length).some((hashes) => hashes.length > 0)) return null;
  const subtrees = counts.flatMap((_, level) => subtreesOf(unfilled[level] ?? []).toReversed()).toReversed();
  return new MerkleStack(size, subtrees);
};

/** Hashes of a tile as the full subtrees that they make, the largest first. */
const subtreesOf = (hashes: readonly Buffer[]): readonly Buffer[] => {
  const subtrees: Buffer[] = [];
  let at = 0;
  for (let width = TILE_HASHES / 2; width >= 1; width /= 2) {
    if ((hashes.length & width) === 0) continue;
    subtrees.push(rootOf(hashes.slice(at, at + width)));
    at += width;
  }
  return subtrees;
};

/** A tree that is added to: the tile of each level that is not full, and those that became so. */
export class TilesInWork {
  readonly full: Tile[] = [];
  readonly #levels: { n: number; hashes: Buffer[] }[];
  readonly #tree: MerkleStack;

  /** Throws RangeError where the unfilled tiles do not belong to a tree of that size. */
  constructor(size: number, unfilled: readonly (readonly Buffer[])[]) {
    const tree = treeOf(size, unfilled);
    if (tree === null) throw new RangeError(`The tiles do not make a tree of ${size} entries.`);
    this.#tree = tree;
    this.#levels = unfilled.map((hashes, level) => ({
      n: Math.floor(size / TILE_HASHES ** (level + 1)),
      hashes: [...hashes],
    }));
  }

  /** Leaves in the tree. */
  get size(): number {
    return this.#tree.size;
  }

  root(): Buffer {
    return this.#tree.root();
  }

  /** The tile of each level that is not full. */
  get unfilled(): readonly { readonly n: number; readonly hashes: readonly Buffer[] }[] {
    return this.#levels.map(({ n, hashes }) => ({ n, hashes: [...hashes] }));
  }

  add(leaf: Buffer): void {
    this.#tileOf(0).hashes.push(leaf);
    this.#tree.append(leaf, this.#onFull);
  }

  /** What the tree computes anyway are the roots of its tiles, each before that of the tile above it. */
  readonly #onFull = (root: Buffer, height: number): void => {
    if (height % TILE_LEVELS !== 0) return;
    const level = height / TILE_LEVELS - 1;
    const tile = this.#tileOf(level);
    this.full.push({ level, n: tile.n, hashes: Buffer.concat(tile.hashes), root });
    tile.n += 1;
    tile.hashes = [];
    this.#tileOf(level + 1).hashes.push(root);
  };

  #tileOf(level: number): { n: number; hashes: Buffer[] } {
    this.#levels[level] ??= { n: 0, hashes: [] };
    return this.#levels[level];
  }
}
