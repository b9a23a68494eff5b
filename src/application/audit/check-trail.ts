import { entryText } from '../../domain/audit-entry-text.ts';
import { TILE_HASHES, TilesInWork } from '../../domain/merkle-tiles.ts';
import { openCheckpoint } from '../../domain/signed-note.ts';
import type { AuditCheckpoint, AuditStore, StoredPlace } from '../ports/audit-store.ts';
import { type TrailProblem, TrailVerifier } from './trail-verifier.ts';

/** Rows that are read at once. */
const PAGE = 1_000;

type Options = {
  /** The keys that may have signed: known from elsewhere, since whoever can write into the tables can name another. */
  readonly verifiers: readonly string[];
  /** A checkpoint that was seen before, kept elsewhere: the trail has to begin with its tree. */
  readonly since?: string;
};

export type CheckedTrail = {
  readonly size: number;
  /** How many entries the newest checkpoint has vouched for. */
  readonly signedSize: number;
  readonly problem: TrailProblem | null;
};

type Reads = Pick<AuditStore, 'places' | 'checkpoints' | 'tiles' | 'heads' | 'stray' | 'progress'>;

/** Holds all that the tables have of the trail to each other, and to the keys and the checkpoint that are known from elsewhere. */
export async function checkTrail(audit: Reads, { verifiers, since }: Options): Promise<CheckedTrail> {
  const trail = new TrailVerifier(verifiers);
  const tiles = new TilesInWork(0, []);
  const checkpoints = pages((last: AuditCheckpoint | null) => audit.checkpoints(last?.size ?? -1, PAGE));
  let checkpoint = await next(checkpoints);
  if (since !== undefined) trail.checkpoint(since);
  for await (const place of pages((last: StoredPlace | null) => audit.places((last?.index ?? -1) + 1, PAGE))) {
    for (; checkpoint !== null && checkpoint.size <= trail.size; checkpoint = await next(checkpoints)) {
      addCheckpoint(trail, checkpoint, verifiers);
    }
    if (trail.problem !== null) break;
    if (place.index !== trail.size) trail.fail(`is gone: the next place is ${place.index}`);
    else if (place.entry === null) trail.fail('is gone from its place');
    else trail.entry({ text: entryText({ ...place.entry, ...place }), leaf: place.leaf, details: place.details });
    tiles.add(place.leaf);
    await checkTiles(audit, trail, tiles);
  }
  for (; checkpoint !== null; checkpoint = await next(checkpoints)) addCheckpoint(trail, checkpoint, verifiers);
  trail.end();
  if (trail.problem === null) await checkEnds(audit, trail);
  if (trail.problem === null) await checkHeads(audit, trail);
  return { size: trail.size, signedSize: trail.signedSize, problem: trail.problem };
}

const next = async <Row>(rows: AsyncGenerator<Row, undefined>): Promise<Row | null> =>
  (await rows.next()).value ?? null;

function addCheckpoint(
  trail: TrailVerifier,
  { size, root, note }: AuditCheckpoint,
  verifiers: readonly string[],
): void {
  const signed = openCheckpoint(note, verifiers);
  if (signed !== null && (signed.size !== size || !signed.root.equals(root))) {
    trail.fail(
      `the checkpoint of ${size} entries is not what was signed`,
      trail.signedSize,
      Math.max(size, trail.size),
    );
  }
  trail.checkpoint(note);
}

/** Those that have become full. */
async function checkTiles(audit: Reads, trail: TrailVerifier, { full }: TilesInWork): Promise<void> {
  for (const { level, n, hashes, root } of full.splice(0)) {
    const [stored] = await audit.tiles(level, n, 1);
    if (stored?.n === n && stored.hashes.equals(hashes) && stored.root.equals(root)) continue;
    const width = TILE_HASHES ** (level + 1);
    trail.fail(`tile ${n} of level ${level} is not that of the entries`, n * width, (n + 1) * width);
  }
}

/** Nothing is beyond what the entries say. */
async function checkEnds(audit: Reads, trail: TrailVerifier): Promise<void> {
  for (let level = 0, tiles = trail.size; ; level += 1) {
    tiles = Math.floor(tiles / TILE_HASHES);
    const [beyond] = await audit.tiles(level, tiles, 1);
    if (beyond) trail.fail(`tile ${beyond.n} of level ${level} is of no entries`, trail.size);
    if (tiles === 0) break;
  }
  const { tree } = await audit.progress();
  if (tree !== null && tree.size !== trail.size) {
    trail.fail(
      `there should be ${tree.size} entries`,
      Math.min(trail.size, tree.size),
      Math.max(trail.size, tree.size),
    );
  }
  const stray = await audit.stray();
  if (stray !== null) trail.fail(`the entry ${stray} was put among those that were sealed`, 0, trail.size);
}

async function checkHeads(audit: Reads, trail: TrailVerifier): Promise<void> {
  const seen = new Set<string>();
  for await (const head of pages((last: { audience: string } | null) => audit.heads(last?.audience ?? null, PAGE))) {
    const should = trail.heads.get(head.audience);
    seen.add(head.audience);
    if (should?.n === head.n && should.index === head.index && should.leaf.equals(head.leaf)) continue;
    trail.fail(`the head of ${head.audience} is not its newest entry`, should?.index ?? head.index);
  }
  for (const [audience, { index }] of trail.heads) {
    if (!seen.has(audience)) trail.fail(`the head of ${audience} is gone`, index);
  }
}

/** Every row, read by pages. */
async function* pages<Row>(read: (last: Row | null) => Promise<readonly Row[]>): AsyncGenerator<Row, undefined> {
  for (let last: Row | null = null; ; ) {
    const rows: readonly Row[] = await read(last);
    yield* rows;
    last = rows.at(-1) ?? null;
    if (rows.length < PAGE) return;
  }
}
