import { HASH_BYTES, rootOf, type Subtree } from '../../domain/merkle.ts';
import { TILE_HASHES, TILE_LEVELS } from '../../domain/merkle-tiles.ts';
import type { Queryable } from '../database.ts';
import { LEAVES, ROOTS, TILES } from './seal-statements.ts';

/** Hashes side by side of one level of tiles, which a subtree is over. */
type Part = { readonly level: number; readonly from: number; readonly to: number };

/** Hashes of full subtrees, in the order in which they are asked for: of tiles, and where one is not full of what it will have. */
export async function hashesOf(connection: Queryable, subtrees: readonly Subtree[]): Promise<readonly Buffer[]> {
  const parts = subtrees.map(partOf);
  const tiles = await tilesOf(connection, parts);
  const loose = await looseOf(
    connection,
    parts.filter((part) => !tiles.has(keyOf(part.level, tileOf(part)))),
  );
  return parts.map(({ level, from, to }) => {
    const tile = tiles.get(keyOf(level, tileOf({ from })));
    const hashes = Array.from({ length: to - from }, (_, index) => {
      const at = from + index;
      if (tile === undefined) return loose.get(keyOf(level, at));
      const begin = (at % TILE_HASHES) * HASH_BYTES;
      return tile.subarray(begin, begin + HASH_BYTES);
    });
    return rootOf(hashes.map((hash) => hash ?? missing(level, from)));
  });
}

const partOf = ({ level, n }: Subtree): Part => {
  const width = 2 ** (level % TILE_LEVELS);
  return { level: Math.floor(level / TILE_LEVELS), from: n * width, to: (n + 1) * width };
};

const rangeOf = ({ from, to }: Part) => ({ first: from, end: to });

const tileOf = ({ from }: Pick<Part, 'from'>): number => Math.floor(from / TILE_HASHES);

const keyOf = (level: number, n: number): string => `${level}/${n}`;

const missing = (level: number, n: number): never => {
  throw new RangeError(`The audit trail's tree has no hash ${n} of level ${level}.`);
};

const tilesOf = async (connection: Queryable, parts: readonly Part[]): Promise<ReadonlyMap<string, Buffer>> => {
  const wanted = new Map(
    parts.map((part) => [keyOf(part.level, tileOf(part)), { level: part.level, n: tileOf(part) }]),
  );
  const found = wanted.size === 0 ? [] : await connection.run(TILES, { wanted: [...wanted.values()] });
  return new Map(found.map(({ level, n, hashes }) => [keyOf(level, n), hashes]));
};

const looseOf = async (connection: Queryable, parts: readonly Part[]): Promise<ReadonlyMap<string, Buffer>> => {
  const [ofLeaves, ofTiles] = [parts.filter(({ level }) => level === 0), parts.filter(({ level }) => level > 0)];
  const leaves = ofLeaves.length === 0 ? [] : await connection.run(LEAVES, { ranges: ofLeaves.map(rangeOf) });
  const below = ofTiles.map((part) => ({ level: part.level - 1, ...rangeOf(part) }));
  const roots = below.length === 0 ? [] : await connection.run(ROOTS, { ranges: below });
  return new Map([
    ...leaves.map(({ index, leaf }) => [keyOf(0, index), leaf] as const),
    ...roots.map(({ level, n, root }) => [keyOf(level + 1, n), root] as const),
  ]);
};
