import { type Subtree, subtreesIn } from '../../domain/merkle.ts';
import type { AuditArchive, IndexRange, SealedEntry, SignedCheckpoint } from '../ports/audit-archive.ts';
import { EXPORT_VERSION, type ExportLine } from './export-format.ts';

type Options = {
  /** Only what is about that agent and what it sent; all of it where it is null. */
  readonly agentId: string | null;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  /** The size of a checkpoint that somebody kept: the file tells what the tree was then. */
  readonly since?: number | null;
  readonly keys: readonly string[];
  /** The hashes of full subtrees, in their order. */
  readonly hashesOf: (subtrees: readonly Subtree[]) => Promise<readonly Buffer[]>;
  readonly onProgress?: (entries: number) => void;
};

const PAGE = 1_000;

/** A checkpoint stands in the file behind so many entries: of a bad one it is known within how many it is. */
const CHECKPOINT_EACH = 256;

/** What there is to export is nothing: the trail has no checkpoint yet, or nothing of those moments. */
export class NothingToExport extends Error {}

/**
 * The lines of an export, up to the newest checkpoint. Whoever has the file, and the platform's key, needs nothing else to see
 * that it is what was sealed, and that nothing of it was left out.
 */
export async function* exportAudit(archive: AuditArchive, options: Options): AsyncGenerator<ExportLine, IndexRange> {
  const { agentId, since = null, keys, hashesOf, onProgress } = options;
  const newest = await archive.newestCheckpoint();
  if (newest === null) throw new NothingToExport('Nothing is sealed yet.');
  const asked = await archive.rangeOf({ from: options.from, to: options.to });
  if (asked === null) throw new NothingToExport('There are no entries of these moments.');
  const range = { from: asked.from, to: Math.min(asked.to, newest.size) };
  yield { kind: 'trail', version: EXPORT_VERSION, keys: [...keys], agent: agentId, ...range };

  let [at, written] = [0, 0];

  /** Goes on to that index by hashes, with a stop where the tree was as large as the one that was kept. */
  async function* skipTo(to: number): AsyncGenerator<ExportLine> {
    const stops = [since, to].filter((stop) => stop !== null && stop > at && stop <= to) as number[];
    for (const stop of stops.toSorted((one, other) => one - other)) {
      if (stop === at) continue;
      const hashes = await hashesOf(subtreesIn({ from: at, to: stop }));
      yield { kind: 'hashes', from: at, to: stop, hashes: hashes.map((hash) => hash.toString('base64')) };
      at = stop;
    }
  }

  async function* entriesTo(to: number): AsyncGenerator<ExportLine> {
    for (let next = Math.max(at, range.from); next < to; ) {
      const page = await archive.entries({ from: next, to }, agentId, PAGE);
      for (const entry of page) {
        yield* skipTo(entry.index);
        yield lineOf(entry);
        at = entry.index + 1;
        written += 1;
      }
      const last = page.at(-1);
      if (page.length < PAGE || last === undefined) break;
      next = last.index + 1;
      onProgress?.(written);
    }
  }

  // Of one agent there is one at the end only: to tell of each what the tree was takes as many hashes as all its entries.
  while (agentId === null && at < range.to) {
    const checkpoint: SignedCheckpoint | null = await archive.checkpointFrom(
      Math.max(at, range.from) + CHECKPOINT_EACH,
    );
    if (checkpoint === null || checkpoint.size >= range.to || checkpoint.size >= newest.size) break;
    yield* entriesTo(checkpoint.size);
    yield* skipTo(checkpoint.size);
    yield { kind: 'checkpoint', note: checkpoint.note };
  }
  yield* entriesTo(range.to);
  yield* skipTo(newest.size);
  yield { kind: 'checkpoint', note: newest.note };
  onProgress?.(written);
  return range;
}

const lineOf = ({ index, leaf, canonical, details }: SealedEntry): ExportLine => ({
  kind: 'entry',
  index,
  leaf: leaf.toString('base64'),
  canonical,
  ...(details && { details: { salt: details.salt.toString('base64'), details: { ...details.details } } }),
});
