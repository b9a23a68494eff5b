import type { AuditArchive } from '../ports/audit-archive.ts';
import type { ExportedEntry } from './export-format.ts';
import type { VerifiedExport } from './verify-export.ts';

type Options = {
  /** What is older is to go. */
  readonly before: Date;
  /** Reads the exported file, and throws where it is not what was sealed. */
  readonly verify: (onEntry: (entry: ExportedEntry) => void) => Promise<VerifiedExport>;
  /** The root of the tree when it had so many entries: the checkpoint that said so may be gone. */
  readonly rootAt: (size: number) => Promise<Buffer>;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
};

/** Nothing is removed that is not in a verified file. */
export class NotPruned extends Error {}

/**
 * Removes the entries before a moment, from the first that is left: all of them are in a file that was verified, and that tells of
 * the same tree. Answers how many.
 */
export async function pruneAudit(
  archive: AuditArchive,
  { before, verify, rootAt, say, signal }: Options,
): Promise<number> {
  const range = await archive.rangeOf({ to: before });
  if (range === null) return 0;
  const sealed = (await archive.newestCheckpoint())?.size ?? 0;
  const { head, checkpoint } = await verify(() => undefined);
  say(`The file is verified: entries ${head.from} to ${head.to - 1}.`);
  if (head.agent !== null) throw new NotPruned('The file has the entries of one agent only: export all of them.');
  if (head.from > range.from || head.to < range.to) {
    throw new NotPruned(
      `What is older are the entries ${range.from} to ${range.to - 1}, and the file has ${head.from} to ${head.to - 1}: nothing was removed.`,
    );
  }
  if (checkpoint.size > sealed || !(await rootAt(checkpoint.size)).equals(checkpoint.root)) {
    throw new NotPruned('The file is of another trail than the database has: nothing was removed.');
  }
  signal.throwIfAborted();
  return archive.prune(range, before);
}
