import { AgentNotFoundError, NotSealedError } from '../../domain/errors.ts';
import { holderIdOf, type Principal } from '../../domain/principal.ts';
import type { AuditHeads } from '../../domain/shown-entry.ts';
import { requireAuditReader } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { AuditEntries } from '../ports/audit-entries.ts';
import type { AuditStore } from '../ports/audit-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { AuditProofs } from './audit.ts';
import { firstHeadsAt } from './seal-entries.ts';

/** So many heads are in one answer: an owner of more agents names one of them. */
export const HEADS_ANSWERED_MAX = 100;

type Dependencies = {
  readonly audit: Pick<AuditStore, 'newestMap' | 'mapHeads'>;
  readonly proofs: Pick<AuditProofs, 'proofOf' | 'checkpoint'>;
  readonly auditEntries: Pick<AuditEntries, 'byId'>;
  readonly agents: Pick<AgentStore, 'idsOfOwner'>;
  readonly directory: Pick<Directory, 'idOf'>;
  readonly clock: Pick<Clock, 'now'>;
};

/** What shows to each that no entry of theirs is withheld at the end. */
export function createProveHeads({ audit, proofs, auditEntries, agents, directory, clock }: Dependencies) {
  /**
   * The newest map of heads, with what it has of the caller's agents, or of the caller as a sender. Throws AgentNotFoundError for an
   * agent that is not the caller's, NotSealedError before there is a map, which says when the first one comes.
   */
  async function heads(principal: Principal | null, { agentId }: { readonly agentId?: string | undefined }) {
    const audiences = await audiencesOf(requireAuditReader(principal), agentId);
    const map = await audit.newestMap();
    if (map === null) throw await noneYet();
    const [entry, proof] = await Promise.all([auditEntries.byId(map.entryId, null), proofs.proofOf(map.entryId)]);
    if (!entry?.canonical || !proof) throw new NotSealedError();
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

  async function noneYet(): Promise<NotSealedError> {
    const now = clock.now();
    const firstAt = firstHeadsAt((await proofs.checkpoint())?.at ?? null, now);
    const seconds = Math.ceil((firstAt.getTime() - now.getTime()) / 1_000);
    // It is due: the next round has it.
    if (seconds <= 0) return new NotSealedError();
    const when = `${firstAt.toISOString().slice(0, 10)} (UTC)`;
    return new NotSealedError(seconds, `There are no heads yet: they are sealed once a day, first on ${when}.`);
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
