import { InvalidInputError, NotSealedError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AuditCheckpoint, AuditKey } from '../../domain/shown-entry.ts';
import { requirePrincipal } from '../access.ts';
import type { AuditProofs } from './audit.ts';
import type { ReadAudit } from './read-audit.ts';

type Dependencies = {
  readonly proofs: Pick<AuditProofs, 'checkpoint' | 'keys' | 'proofOf' | 'consistency'>;
  readonly find: ReadAudit['find'];
};

/** What callers can hold the platform to: its checkpoints, and proofs by them. */
export function createProveAudit({ proofs, find }: Dependencies) {
  /** The newest one, to anybody with a key. Throws NotSealedError before there is any. */
  async function checkpoint(principal: Principal | null): Promise<AuditCheckpoint> {
    requirePrincipal(principal);
    const { root, ...newest } = await newestCheckpoint();
    return { ...newest, root: root.toString('base64') };
  }

  /** That the entry is in the tree of the newest checkpoint, to whoever may see it. */
  async function proof(principal: Principal | null, entryId: string): Promise<string> {
    const { id } = await find(principal, entryId);
    const text = await proofs.proofOf(id);
    if (text === null) throw new NotSealedError();
    return text;
  }

  /** That the tree of the second size begins with that of the first, to anybody with a key: hashes in base64. */
  async function consistency(principal: Principal | null, from: number, to: number): Promise<readonly string[]> {
    requirePrincipal(principal);
    const found = from < 1 ? null : await proofs.consistency(from, to);
    if (found !== null) return found.map((hash) => hash.toString('base64'));
    const { size } = await newestCheckpoint();
    throw new InvalidInputError([
      to > size
        ? { path: 'to', message: `must be at most ${size}, which is sealed` }
        : { path: 'from', message: 'must be from 1 to the size of the later tree' },
    ]);
  }

  /** What checkpoints are verified with, the current one first, to anybody with a key. */
  async function keys(principal: Principal | null): Promise<readonly AuditKey[]> {
    requirePrincipal(principal);
    return (await proofs.keys()).toReversed().map((key, at) => ({ key, isCurrent: at === 0 }));
  }

  async function newestCheckpoint() {
    const newest = await proofs.checkpoint();
    if (newest === null || newest.size === 0) throw new NotSealedError();
    return newest;
  }

  return { checkpoint, proof, consistency, keys };
}
