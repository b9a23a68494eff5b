import { AgentNotFoundError, NotSealedError } from '../../domain/errors.ts';
import { holderIdOf, type Principal } from '../../domain/principal.ts';
import type { AuditHeads } from '../../domain/shown-entry.ts';
import { requireAuditReader } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { AuditEntries } from '../ports/audit-entries.ts';
import type { AuditStore } from '../ports/audit-store.ts';
import type { AuditProofs } from './audit.ts';

/** So many heads are in one answer: an owner of more agents names one of them. */
export const HEADS_ANSWERED_MAX = 100;

type Dependencies = {
  readonly audit: Pick<AuditStore, 'newestMap' | 'mapHeads'>;
  readonly proofs: Pick<AuditProofs, 'proofOf'>;
  readonly auditEntries: Pick<AuditEntries, 'byId'>;
  readonly agents: Pick<AgentStore, 'idsOfOwner'>;
  readonly directory: Pick<Directory, 'idOf'>;
};

/** What shows to each that no entry of theirs is withheld at the end. */
export function createProveHeads({ audit, proofs, auditEntries, agents, directory }: Dependencies) {
  /**
   * The newest map of heads, with what it has of the caller's agents, or of the caller as a sender. Throws AgentNotFoundError for an
   * agent that is not the caller's, NotSealedError before there is a map.
   */
  async function heads(principal: Principal | null, { agentId }: { readonly agentId?: string | undefined }) {
    const audiences = await audiencesOf(requireAuditReader(principal), agentId);
    const map = await audit.newestMap();
    const [entry, proof] =
      map === null ? [] : await Promise.all([auditEntries.byId(map.entryId, null), proofs.proofOf(map.entryId)]);
    if (map === null || !entry?.canonical || !proof) throw new NotSealedError();
    const found = await audit.mapHeads(map, audiences);
    return {
      at: entry.at,
      size: map.size,
      canonical: entry.canonical,
      proof,
      heads: found.map(({ audience, n, leaf, text, place, path }) => ({
        audience,
        n,
        leaf: leaf.toString('base64'),
        canonical: text,
        place,
        path: path.map((hash) => hash.toString('base64')),
      })),
    } satisfies AuditHeads;
  }

  async function audiencesOf(
    principal: ReturnType<typeof requireAuditReader>,
    named: string | undefined,
  ): Promise<readonly string[]> {
    const agentId = named === undefined ? undefined : await directory.idOf(named);
    if (principal.kind === 'admin') return agentId === undefined ? [] : [agentId];
    const own = principal.kind === 'owner' ? await agents.idsOfOwner(principal.ownerId) : [holderIdOf(principal)];
    if (agentId === undefined) return own.slice(0, HEADS_ANSWERED_MAX);
    if (!own.includes(agentId)) throw new AgentNotFoundError(named ?? agentId);
    return [agentId];
  }

  return { heads };
}
