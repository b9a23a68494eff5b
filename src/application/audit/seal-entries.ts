import { entryLeaf } from '../../domain/audit-entry-text.ts';
import { TilesInWork, treeOf } from '../../domain/merkle-tiles.ts';
import { checkpointText, openCheckpoint, signedNote } from '../../domain/signed-note.ts';
import type { AuditHead, SealBase, SealedRound, SealRound } from '../ports/audit-store.ts';
import type { Signer } from '../ports/signer.ts';

/** Which of the keys has signed the checkpoint; null where none has. */
export const signedBy = (note: string, verifiers: readonly string[]): string | null =>
  verifiers.find((verifier) => openCheckpoint(note, [verifier]) !== null) ?? null;

/** What is wrong with the tree that a round begins with; null where it is what its newest checkpoint says. */
export const mismatchOf = (
  { tree, checkpoint, unfilled }: SealBase,
  { known, announced }: { readonly known: readonly string[]; readonly announced: readonly string[] },
): string | null => {
  const stored = treeOf(tree.size, unfilled);
  if (stored === null) return `the tiles do not make a tree of ${tree.size} entries`;
  if (checkpoint === null) return tree.size === 0 ? null : `no checkpoint says what the ${tree.size} entries are`;
  const signed = openCheckpoint(checkpoint.note, known);
  if (signed === null) {
    const by = signedBy(checkpoint.note, announced);
    return by === null
      ? `the checkpoint of ${checkpoint.size} entries is not signed by a key that was announced`
      : `the checkpoint of ${checkpoint.size} entries is signed by a key that this node does not know, ${by}`;
  }
  if (signed.origin !== tree.origin) return `the checkpoint is of another tree, ${signed.origin}`;
  if (signed.size !== tree.size) return `the tree has ${tree.size} entries, and its checkpoint ${signed.size}`;
  return signed.root.equals(stored.root()) ? null : `the tree of ${tree.size} entries is not that of its checkpoint`;
};

const DAY_MS = 24 * 60 * 60_000;

/** Of an audience that has no entry yet. */
const NO_HEAD = { n: 0, leaf: null } as const;

/** Whether the newest heads are to be written: with the first round of each day (UTC), but for that in which the trail begins. */
export const areHeadsDue = (signedAt: Date | null, now: Date): boolean =>
  signedAt !== null && dayOf(signedAt) < dayOf(now);

/** When the first heads are due, in a trail whose newest checkpoint was signed then, if there is any. */
export const firstHeadsAt = (signedAt: Date | null, now: Date): Date =>
  new Date((Math.floor((signedAt ?? now).getTime() / DAY_MS) + 1) * DAY_MS);

const dayOf = (at: Date): string => at.toISOString().slice(0, 10);

/** Gives each entry its place, extends the tree, and signs what it has become. */
export const sealEntries = (
  round: SealRound,
  { signer, at }: { readonly signer: Signer; readonly at: Date },
): SealedRound => {
  const { tree, unfilled } = round;
  const heads = new Map<string, AuditHead>();
  const work = new TilesInWork(tree.size, unfilled);
  const headOf = (audience: string | null) =>
    audience === null ? null : (heads.get(audience) ?? round.heads.get(audience) ?? NO_HEAD);
  const entries = round.entries.map((entry) => {
    const index = work.size;
    const [agent, sender] = [headOf(entry.agentId), headOf(entry.senderId)];
    const place = {
      index,
      agentN: agent && agent.n + 1,
      agentPrev: agent?.leaf ?? null,
      senderN: sender && sender.n + 1,
      senderPrev: sender?.leaf ?? null,
    };
    const leaf = entryLeaf(entry, place);
    work.add(leaf);
    if (entry.agentId && agent) heads.set(entry.agentId, { audience: entry.agentId, n: agent.n + 1, index, leaf });
    if (entry.senderId && sender) heads.set(entry.senderId, { audience: entry.senderId, n: sender.n + 1, index, leaf });
    return { ...place, leaf };
  });
  const { size } = work;
  const root = work.root();
  const { origin } = tree;
  const text = checkpointText({ origin, size, root });
  const { publicKey } = signer;
  const note = signedNote(text, { name: origin, publicKey, sign: (bytes) => signer.sign(bytes) });
  return {
    entries,
    tiles: work.full,
    heads: [...heads.values()],
    checkpoint: { size, root, note, at },
  };
};
