import { rootOf, type Subtree } from '../../domain/merkle.ts';
import { hashAt, partOf, type TilePart, tileKey } from '../../domain/merkle-tiles.ts';
import type { Queryable } from '../database.ts';
import { LEAVES, ROOTS, TILES } from './seal-statements.ts';

/** Hashes of full subtrees, in the order in which they are asked for: of tiles, and where one is not full of what it will have. */
export async function hashesOf(connection: Queryable, subtrees: readonly Subtree[]): Promise<readonly Buffer[]> {
  const parts = subtrees.map(partOf);
  const tiles = await tilesOf(connection, parts);
  const loose = await looseOf(
    connection,
    parts.filter(({ level, tile }) => !tiles.has(tileKey(level, tile))),
  );
  return parts.map(({ level, tile, from, to }) => {
    const known = tiles.get(tileKey(level, tile));
    const hashes = Array.from({ length: to - from }, (_, index) => {
      const at = from + index;
      return known === undefined ? loose.get(tileKey(level, at)) : hashAt(known, at);
    });
    return rootOf(hashes.map((hash) => hash ?? missing(level, from)));
  });
}

const rangeOf = ({ from, to }: TilePart) => ({ first: from, end: to });

const missing = (level: number, n: number): never => {
  throw new RangeError(`The audit trail's tree has no hash ${n} of level ${level}.`);
};

const tilesOf = async (connection: Queryable, parts: readonly TilePart[]): Promise<ReadonlyMap<string, Buffer>> => {
  const wanted = new Map(parts.map(({ level, tile }) => [tileKey(level, tile), { level, n: tile }]));
  const found = wanted.size === 0 ? [] : await connection.run(TILES, { wanted: [...wanted.values()] });
  return new Map(found.map(({ level, n, hashes }) => [tileKey(level, n), hashes]));
};

const looseOf = async (connection: Queryable, parts: readonly TilePart[]): Promise<ReadonlyMap<string, Buffer>> => {
  const [ofLeaves, ofTiles] = [parts.filter(({ level }) => level === 0), parts.filter(({ level }) => level > 0)];
  const leaves = ofLeaves.length === 0 ? [] : await connection.run(LEAVES, { ranges: ofLeaves.map(rangeOf) });
  const below = ofTiles.map((part) => ({ level: part.level - 1, ...rangeOf(part) }));
  const roots = below.length === 0 ? [] : await connection.run(ROOTS, { ranges: below });
  return new Map([
    ...leaves.map(({ index, leaf }) => [tileKey(0, index), leaf] as const),
    ...roots.map(({ level, n, root }) => [tileKey(level + 1, n), root] as const),
  ]);
};
