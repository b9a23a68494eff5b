import { consistencyProof, inclusionProof, type Leaves, rootOver, subtreesIn } from '../../domain/merkle.ts';
import { proofText } from '../../domain/signed-note.ts';
import type { AuditCheckpoint, AuditStore } from '../ports/audit-store.ts';
import type { AuditSealer, AuditState } from './sealer.ts';

type Dependencies = { readonly audit: AuditStore; readonly sealer: AuditSealer };

/** What the audit trail shows of itself; who may see which entry is decided by those who ask. */
export type AuditProofs = {
  /** How this node fares with sealing. */
  state(): AuditState;
  /** Whether entries are sealed as they come, as far as this node knows. */
  isKeepingUp(): boolean;
  /** The newest checkpoint; null before the first. */
  checkpoint(): Promise<AuditCheckpoint | null>;
  /** Keys that checkpoints are signed with, as verifiers take them: those that are not known first, what this node signs with last. */
  keys(): Promise<readonly string[]>;
  /** That the newest checkpoint's tree has the entry, as a tlog-proof; null where there is no such entry, or it is not sealed yet. */
  proofOf(entryId: string): Promise<string | null>;
  /** That the tree of `to` entries begins with that of `from`; null where there is no such tree yet. */
  consistency(from: number, to: number): Promise<readonly Buffer[] | null>;
};

export const createAuditProofs = ({ audit, sealer }: Dependencies): AuditProofs => {
  /** A hash for each of them, all read at once. */
  const hashesOf = async (parts: readonly Leaves[]): Promise<readonly Buffer[]> => {
    const subtrees = parts.map(subtreesIn);
    const hashes = [...(await audit.hashesOf(subtrees.flat()))];
    return subtrees.map(({ length }) => rootOver(hashes.splice(0, length)));
  };

  return {
    state: () => sealer.state,
    isKeepingUp: () => sealer.isKeepingUp,
    checkpoint: () => audit.checkpoint(),
    keys: async () => {
      const { key, unknownKeys } = sealer.state;
      // Whoever can write into the database can name a key: it is not to be taken for what signs now.
      const rank = (each: string) => (each === key ? 2 : unknownKeys.includes(each) ? 0 : 1);
      return [...(await audit.verifiers())].sort((one, other) => rank(one) - rank(other));
    },

    proofOf: async (entryId) => {
      const [place, checkpoint] = await Promise.all([audit.placeOf(entryId), audit.checkpoint()]);
      if (place === null || checkpoint === null || place.index >= checkpoint.size) return null;
      const proof = await hashesOf(inclusionProof(place.index, checkpoint.size));
      return proofText(place.index, proof, checkpoint.note);
    },

    consistency: async (from, to) => {
      const checkpoint = await audit.checkpoint();
      if (checkpoint === null || from < 0 || from > to || to > checkpoint.size) return null;
      return hashesOf(consistencyProof(from, to));
    },
  };
};
