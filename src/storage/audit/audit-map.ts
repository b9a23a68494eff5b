import { randomBytes } from 'node:crypto';
import type { AuditStore, MapHead, NewestMap } from '../../application/ports/audit-store.ts';
import type { NotedEntry } from '../../domain/audit-entry-text.ts';
import { HEADS_ENTRY, type Head, headText, MAP_SECRET_BYTES, saltOf } from '../../domain/audit-map.ts';
import {
  HASH_BYTES,
  inclusionProof,
  leafHash,
  MerkleStack,
  rootOf,
  rootOver,
  type Subtree,
  subtreesIn,
} from '../../domain/merkle.ts';
import { hashAt, partOf, TILE_HASHES, TilesInWork, tileKey } from '../../domain/merkle-tiles.ts';
import type { Database, Queryable } from '../database.ts';
import {
  ADD_MAP_TILES,
  BUILD_MAP,
  MAP_HEADS,
  MAP_TILES,
  MAP_TILES_OF,
  NEWEST_MAP,
  NOTE_MAP,
} from './map-statements.ts';
import { toGiven } from './note-entries.ts';

type Event = NotedEntry & { readonly xact: string; readonly id: number };

/** Tiles of heads that the node has at once: 8,192 heads. */
const TILES_AT_ONCE = 32;
const ID_BYTES = 16;
const HEAD_BYTES = ID_BYTES + 8 + HASH_BYTES;

/**
 * Makes the map of the heads as they are, for the tree of that size, and writes the entry that has its root: it answers that, for
 * whose transaction this is to seal it as the next one.
 */
export async function noteMap(connection: Queryable, size: number, at: Date): Promise<Event> {
  const secret = randomBytes(MAP_SECRET_BYTES);
  await connection.run(BUILD_MAP, { size, secret });
  const map = new MerkleStack();
  const roots = new TilesInWork(0, []);
  const addFull = () =>
    connection.run(ADD_MAP_TILES, {
      tiles: roots.full.splice(0).map(({ level, n, hashes }) => tileOf(size, level + 1, n, hashes)),
    });
  for (let from = 0; ; from += TILES_AT_ONCE) {
    const tiles = await connection.run(MAP_HEADS, { size, from, max: TILES_AT_ONCE });
    for (const { content } of tiles) {
      const leaves = leavesOf(secret, content);
      for (const leaf of leaves) map.append(leaf);
      if (leaves.length === TILE_HASHES) roots.add(rootOf(leaves));
    }
    if (roots.full.length > 0) await addFull();
    if (tiles.length < TILES_AT_ONCE) break;
  }
  const last = roots.unfilled.map(({ n, hashes }, level) => tileOf(size, level + 1, n, Buffer.concat(hashes)));
  await connection.run(ADD_MAP_TILES, { tiles: last });
  const root = map.root().toString('base64');
  const entry = toGiven({
    type: HEADS_ENTRY,
    at,
    actor: { kind: 'platform', id: null },
    subject: { kind: 'trail', id: null },
    data: { root, audiences: map.size, size },
    details: { secret: secret.toString('base64') },
  });
  const maps = [{ size, entryId: entry.entryId, secret, audiences: map.size }];
  const [noted] = await connection.run(NOTE_MAP, { entries: [entry], maps, size });
  if (noted === undefined) throw new RangeError('The entry of the newest heads is not there.');
  return noted;
}

const tileOf = (size: number, level: number, n: number, content: Buffer) => ({ size, level, n, first: null, content });

type SaltedHead = Head & { readonly audience: string; readonly salt: Buffer };

const headsIn = (secret: Buffer, content: Buffer): readonly SaltedHead[] =>
  Array.from({ length: content.length / HEAD_BYTES }, (_, at) => {
    const head = content.subarray(at * HEAD_BYTES, (at + 1) * HEAD_BYTES);
    const audience = head.toString('hex', 0, ID_BYTES).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const n = Number(head.readBigInt64BE(ID_BYTES));
    return { audience, n, leaf: head.subarray(ID_BYTES + 8), salt: saltOf(secret, audience) };
  });

const leavesOf = (secret: Buffer, content: Buffer): readonly Buffer[] =>
  headsIn(secret, content).map((head) => leafHash(headText(head)));

/** What is read of the newest map. */
export const createAuditMaps = (database: Database): Pick<AuditStore, 'newestMap' | 'mapHeads'> => ({
  newestMap: async () => (await database.run(NEWEST_MAP, {}))[0] ?? null,
  mapHeads: (map, audiences) => mapHeads(database, map, audiences),
});

async function mapHeads(database: Database, map: NewestMap, wanted: readonly string[]): Promise<readonly MapHead[]> {
  const { size, secret, audiences } = map;
  const salts = wanted.map((audience) => saltOf(secret, audience));
  if (salts.length === 0 || audiences === 0) return [];
  const lowest = new Map((await database.run(MAP_TILES_OF, { size, salts })).map((row) => [row.n, row.content]));
  const found = [...lowest].flatMap(([n, content]) =>
    headsIn(secret, content).flatMap((head, at) =>
      wanted.includes(head.audience) ? [{ ...head, place: n * TILE_HASHES + at }] : [],
    ),
  );
  const paths = found.map(({ place }) => inclusionProof(place, audiences).map(subtreesIn));
  const contents = await contentsOf(database, size, paths.flat(2), lowest);
  /** The hashes of each level that were needed: leaves are computed once. */
  const hashes = new Map<string, readonly Buffer[]>();
  const hashesOf = (level: number, n: number): readonly Buffer[] => {
    const key = tileKey(level, n);
    const content = contents.get(key);
    if (content === undefined) throw new RangeError(`The map of ${size} entries has no tile ${n} of level ${level}.`);
    const its = hashes.get(key) ?? (level === 0 ? leavesOf(secret, content) : hashesIn(content));
    hashes.set(key, its);
    return its;
  };
  const hashOf = (subtree: Subtree): Buffer => {
    const { level, tile, from, to } = partOf(subtree);
    const before = tile * TILE_HASHES;
    return rootOf(hashesOf(level, tile).slice(from - before, to - before));
  };
  return found.map((head, at) => ({
    ...head,
    text: headText(head),
    path: (paths[at] ?? []).map((subtrees) => rootOver(subtrees.map(hashOf))),
  }));
}

const hashesIn = (content: Buffer): readonly Buffer[] =>
  Array.from({ length: content.length / HASH_BYTES }, (_, at) => hashAt(content, at));

/** The contents of the tiles that the subtrees are in; those of the lowest level that were read are known. */
async function contentsOf(
  database: Database,
  size: number,
  subtrees: readonly Subtree[],
  lowest: ReadonlyMap<number, Buffer>,
): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map([...lowest].map(([n, content]) => [tileKey(0, n), content]));
  const wanted = new Map<string, { readonly level: number; readonly n: number }>();
  for (const { level, tile: n } of subtrees.map(partOf)) {
    if (!contents.has(tileKey(level, n))) wanted.set(tileKey(level, n), { level, n });
  }
  if (wanted.size === 0) return contents;
  for (const { level, n, content } of await database.run(MAP_TILES, { size, wanted: [...wanted.values()] })) {
    contents.set(tileKey(level, n), content);
  }
  return contents;
}
