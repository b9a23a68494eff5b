import { entryLeaf, type NotedEntry } from '../../domain/audit-entry-text.ts';
import { TilesInWork, treeOf } from '../../domain/merkle-tiles.ts';
import { checkpointText, openCheckpoint, signedNote } from '../../domain/signed-note.ts';
import type { AuditHead, SealBase, SealedPlace, SealRound } from '../ports/audit-store.ts';
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
export const beginRound = (
  { tree, unfilled }: SealBase,
  { signer, at }: { readonly signer: Signer; readonly at: Date },
): SealRound => {
  const work = new TilesInWork(tree.size, unfilled);
  const heads = new Map<string, AuditHead>();
  const moved = new Set<string>();
  const headOf = (audience: string | null) => (audience === null ? null : (heads.get(audience) ?? NO_HEAD));
  const move = (audience: string, n: number, index: number, leaf: Buffer) => {
    heads.set(audience, { audience, n, index, leaf });
    moved.add(audience);
  };
  const place = (entry: NotedEntry): SealedPlace => {
    const index = work.size;
    const [agent, sender] = [headOf(entry.agentId), headOf(entry.senderId)];
    const [agentN, senderN] = [agent && agent.n + 1, sender && sender.n + 1];
    const there = { index, agentN, agentPrev: agent?.leaf ?? null, senderN, senderPrev: sender?.leaf ?? null };
    const leaf = entryLeaf(entry, there);
    work.add(leaf);
    if (entry.agentId !== null && agentN !== null) move(entry.agentId, agentN, index, leaf);
    if (entry.senderId !== null && senderN !== null) move(entry.senderId, senderN, index, leaf);
    return { ...there, leaf };
  };
  return {
    add: (entries, newest) => {
      for (const head of newest) heads.set(head.audience, head);
      return entries.map(place);
    },
    end: () => {
      const { size } = work;
      const root = work.root();
      const { origin } = tree;
      const { publicKey } = signer;
      const text = checkpointText({ origin, size, root });
      const note = signedNote(text, { name: origin, publicKey, sign: (bytes) => signer.sign(bytes) });
      return {
        tiles: work.full,
        heads: [...heads.values()].filter(({ audience }) => moved.has(audience)),
        checkpoint: { size, root, note, at },
      };
    },
  };
};
