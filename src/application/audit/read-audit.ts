import type { AuditActorKind } from '../../domain/audit-entry.ts';
import { AuditEntryNotFoundError, InvalidInputError } from '../../domain/errors.ts';
import { holderIdOf, type Principal } from '../../domain/principal.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireAuditReader } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { AuditAudience, AuditEntries, ReadEntry } from '../ports/audit-entries.ts';
import { EMPTY_PAGE, type Page, type PageQuery } from '../ports/page.ts';

export type ListAuditEntriesInput = {
  /** The agent that they are about, by id or handle. */
  readonly agentId?: string | undefined;
  readonly types?: readonly string[] | undefined;
  readonly requestId?: string | undefined;
  /** Of that moment or later. */
  readonly from?: Date | undefined;
  /** Of before that moment. */
  readonly to?: Date | undefined;
};

/** So many types may be asked for at once. */
export const AUDIT_TYPES_ASKED_MAX = 50;
/**
 * What a type looks like, those of other releases included: their nodes may be there beside this one, and what they wrote stays. Nothing
 * else is asked of the database, which takes not every text.
 */
const TYPE = /^[a-z_]+\.[a-z_]+$/;
const NO_TYPE = 'must be a type of entries, a subject and a verb such as request.submitted (docs/audit.md lists them)';

/** Of so many deleted agents an owner sees what is on record: of the last deleted ones. */
const FORMER_AGENTS_MAX = 1_000;
/** Of so many approvers, removed ones included, an owner sees what is on record of their keys: of the newest. */
const APPROVERS_MAX = 20;
/** Of so many keys at once, its own first. */
const KEYS_MAX = 200;

type Dependencies = {
  readonly auditEntries: AuditEntries;
  readonly agents: Pick<AgentStore, 'idsOfOwner' | 'formerIdsOfOwner'>;
  readonly apiKeys: Pick<ApiKeyStore, 'byHolders'>;
  readonly approvers: Pick<ApproverStore, 'idsMadeBy'>;
  readonly directory: Pick<Directory, 'idOf'>;
};

export type ReadAudit = ReturnType<typeof createReadAudit>;

type AuditReader = ReturnType<typeof requireAuditReader>;

/** Reading the audit trail: administrators all of it, everybody else what is their own. */
export function createReadAudit({ auditEntries, agents, apiKeys, approvers, directory }: Dependencies) {
  /** Newest first. An agent that is unknown, or somebody else's, has none. */
  async function list(
    principal: Principal | null,
    { agentId: named, types, requestId, from, to }: ListAuditEntriesInput,
    page: PageQuery,
  ): Promise<Page<ReadEntry>> {
    const known = requireAuditReader(principal);
    if (types !== undefined && types.length > AUDIT_TYPES_ASKED_MAX) {
      throw new InvalidInputError([{ path: 'type', message: `has more than ${AUDIT_TYPES_ASKED_MAX} items` }]);
    }
    const noTypes = (types ?? []).flatMap((type, at) =>
      TYPE.test(type) ? [] : [{ path: `type.${at}`, message: NO_TYPE }],
    );
    if (noTypes.length > 0) throw new InvalidInputError(noTypes);
    const audience = await audienceOf(known);
    const agentId = named === undefined ? undefined : await directory.idOf(named);
    if (types?.length === 0) return EMPTY_PAGE;
    if ([agentId, requestId].some((id) => id !== undefined && !isUuid(id))) return EMPTY_PAGE;
    const found = await auditEntries.list({ audience, agentId, types, requestId, from, to }, page);
    return { ...found, rows: found.rows.map((entry) => shownTo(known, entry)) };
  }

  /** Throws AuditEntryNotFoundError for what is unknown, and for what is not the caller's. */
  async function find(principal: Principal | null, id: string): Promise<ReadEntry> {
    const known = requireAuditReader(principal);
    const found = isUuid(id) ? await auditEntries.byId(id, await audienceOf(known)) : null;
    if (found === null) throw new AuditEntryNotFoundError();
    return shownTo(known, found);
  }

  /**
   * As things are now; a deleted agent stays its last owner's, whoever has the handle by then. To an agent's own key there is what it sent, and not what it is sent: it lies in the process that
   * requests want to influence, and what is held is none of its business.
   */
  async function audienceOf(principal: AuditReader): Promise<AuditAudience | null> {
    if (principal.kind === 'admin') return null;
    const id = holderIdOf(principal);
    if (principal.kind === 'owner') {
      const [own, former, approverIds] = await Promise.all([
        agents.idsOfOwner(id),
        agents.formerIdsOfOwner(id, FORMER_AGENTS_MAX),
        approvers.idsMadeBy(id, APPROVERS_MAX),
      ]);
      const keys = (await apiKeys.byHolders([id, ...approverIds])).flat();
      const subjectIds = [id, ...keys.slice(0, KEYS_MAX).map((key) => key.id)];
      return { agentIds: [...own, ...former], senderId: null, subjectIds };
    }
    return { agentIds: [], senderId: id, subjectIds: [id] };
  }

  return { list, find };
}

/**
 * What is personal is for administrators and for whoever did it: an owner is not told from where its senders come. Who decided
 * about a request, and by which key, is not its sender's to know.
 */
function shownTo(principal: AuditReader, entry: ReadEntry): ReadEntry {
  if (principal.kind === 'admin' || entry.actor.id === holderIdOf(principal)) return entry;
  const isTold = principal.kind === 'owner' || !PEOPLE.has(entry.actor.kind);
  if (isTold) return { ...entry, details: null };
  // What was sealed says who it was.
  return { ...entry, actor: { ...entry.actor, id: null, keyId: null }, canonical: null, details: null };
}

const PEOPLE: ReadonlySet<string> = new Set(['owner', 'approver', 'admin'] satisfies AuditActorKind[]);
