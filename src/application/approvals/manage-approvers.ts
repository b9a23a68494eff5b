import { Type } from 'typebox';
import {
  ACTIONS_PER_APPROVER_MAX,
  AGENTS_PER_APPROVER_MAX,
  APPROVER,
  APPROVERS_PER_AGENT_MAX,
  type Approver,
  isEmail,
} from '../../domain/approver.ts';
import { ACTION_MAX_LENGTH } from '../../domain/contract.ts';
import {
  AgentNotFoundError,
  ApproverNotFoundError,
  type InputIssue,
  InvalidInputError,
  RateLimitedError,
} from '../../domain/errors.ts';
import { complete, type InputValueOf, id } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { AdminPrincipal, OwnerPrincipal, Principal } from '../../domain/principal.ts';
import { isUuid } from '../../domain/uuid.ts';
import { hasScope, requireOwnerOf, requireOwnerOrAdmin } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import { keyInUse } from '../keys/key-in-use.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { ApiKeyStore } from '../ports/api-key-store.ts';
import type { ApprovalSettingsStore } from '../ports/approval-settings-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { createQuorumProblems } from './quorums.ts';

export const CREATE_APPROVER = Type.Object({
  agentIds: Type.Array(id("The agent's id or handle."), {
    maxItems: AGENTS_PER_APPROVER_MAX,
    description: 'The agents, by id or handle, whose held requests it decides.',
  }),
  ...Type.Pick(APPROVER, ['displayName', 'actions', 'email']).properties,
});
export type CreateApproverInput = InputValueOf<typeof CREATE_APPROVER>;

type RemoveApproverInput = {
  readonly approverId: string;
  /** One that it must be an approver of. */
  readonly agentId?: string;
};

export type RemovedApprover = { readonly approver: Approver; readonly warnings: readonly InputIssue[] };

type Dependencies = {
  readonly apiKeys: ApiKeyStore;
  readonly approvers: ApproverStore;
  readonly approvalSettings: Pick<ApprovalSettingsStore, 'active'>;
  readonly directory: Directory;
  readonly keyEnds: KeyEnds;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** What making an approver throws. AgentNotFoundError to admins only. */
export const CREATE_APPROVER_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/** What removing an approver throws. */
export const REMOVE_APPROVER_ERRORS = [ApproverNotFoundError] as const;

/** People whom an agent's owner, or an administrator, lets decide what is held for approval. */
export function createManageApprovers(deps: Dependencies) {
  const { apiKeys, approvers, directory, keyEnds, rateLimiter, changes, clock, log } = deps;
  const quorumProblems = createQuorumProblems(deps);

  /** Answers the approver with its first key, which is shown only here. Throws CREATE_APPROVER_ERRORS. */
  async function createApprover(
    principal: Principal | null,
    input: CreateApproverInput,
  ): Promise<{ approver: Approver; apiKey: string }> {
    const known = requireOwnerOrAdmin(principal);
    const agentIds = await idsOf(known, input.agentIds);
    check(input);
    await takePoint(rateLimiter, 'new-keys', known.kind === 'owner' ? known.ownerId : (agentIds[0] ?? ''));
    const at = clock.now();
    const maker = await keyInUse(apiKeys, known, at);
    const { agentIds: _, ...described } = complete(CREATE_APPROVER, input);
    const approver: Approver = {
      ...described,
      id: newId(),
      ownerId: known.kind === 'owner' ? known.ownerId : null,
      agentIds,
      createdAt: at,
      removedAt: null,
    };
    const { key, text } = newApiKey('APPROVER', keyEnds.ofNext(maker, at));
    const stored = await approvers.insert(approver, key, APPROVERS_PER_AGENT_MAX, actOf(known, at));
    if (stored !== 'inserted' && 'gone' in stored) throw new AgentNotFoundError(stored.gone);
    if (stored !== 'inserted') throw tooMany(agentIds.indexOf(stored.full));
    logActOfAdmin(log, known, 'make an approver', { approverId: approver.id });
    return { approver, apiKey: text };
  }

  /**
   * Its keys, sessions and links end at once, on every node; what it has decided stays. Says for which of its agents fewer are
   * left than must approve. By the owner of all of its agents or an admin; to anybody else it does not exist. Throws
   * REMOVE_APPROVER_ERRORS.
   */
  async function removeApprover(principal: Principal | null, input: RemoveApproverInput): Promise<RemovedApprover> {
    const known = requireOwnerOrAdmin(principal);
    const approver = await managed(known, input.approverId);
    const isOfAgent = input.agentId === undefined || approver?.agentIds.includes(input.agentId) === true;
    const at = clock.now();
    const removed = approver && isOfAgent ? await approvers.remove(approver.id, at, actOf(known, at)) : null;
    if (!removed) throw new ApproverNotFoundError();
    if (removed.apiKeyIds.length > 0) {
      changes.publish('registry', '', { event: 'keys-ended', apiKeyIds: new Set(removed.apiKeyIds) });
    }
    logActOfAdmin(log, known, 'remove an approver', { approverId: removed.approver.id });
    const problems = await quorumProblems(removed.approver.agentIds);
    const warnings = problems.map((message) => ({ path: 'input.approverId', message }));
    return { approver: removed.approver, warnings };
  }

  /** The approver, if it is the caller's to manage. */
  async function managed(known: OwnerPrincipal | AdminPrincipal, approverId: string): Promise<Approver | null> {
    const [approver = null] = isUuid(approverId) ? await approvers.byIds([approverId]) : [];
    return approver && (await mayManage(known, approver)) ? approver : null;
  }

  /** Whether the approver is the caller's: of its own making, or an administrator's for none but its agents. */
  async function mayManage(known: Principal | null, { ownerId, agentIds }: Approver): Promise<boolean> {
    if (known?.kind === 'admin') return true;
    if (known?.kind !== 'owner' || !hasScope(known, 'owner:manage')) return false;
    if (ownerId !== null) return ownerId === known.ownerId;
    const owners = await Promise.all(agentIds.map(directory.ownerOf));
    return owners.every((owner) => owner === known.ownerId);
  }

  /** Each once, and each the caller's to manage. */
  async function idsOf(known: OwnerPrincipal | AdminPrincipal, named: readonly string[]): Promise<readonly string[]> {
    if (named.length === 0 || named.length > AGENTS_PER_APPROVER_MAX) {
      const message = `must name 1 to ${AGENTS_PER_APPROVER_MAX} agents`;
      throw new InvalidInputError([{ path: 'input.agentIds', message }]);
    }
    const ids = await Promise.all(named.map((each) => directory.idOf(each)));
    for (const [index, agentId] of ids.entries()) {
      await requireOwnerOf(known, agentId, directory.ownerOf);
      if (!isUuid(agentId)) throw new AgentNotFoundError(named[index] ?? '');
    }
    return [...new Set(ids)];
  }

  return { createApprover, removeApprover, mayManageApprover: mayManage };
}

function check(input: CreateApproverInput): void {
  const issues = new InputIssues();
  issues.texts(CREATE_APPROVER, input);
  if (input.email != null && !isEmail(input.email)) {
    issues.add('email', 'must be one plain address, such as "ann@example.com"');
  }
  const { actions } = input;
  const max = ACTIONS_PER_APPROVER_MAX;
  if (actions?.length === 0) issues.add('actions', 'must name at least one action; leave it out for all');
  if (actions && actions.length > max) issues.add('actions', `must have at most ${max} actions`);
  for (const [index, action] of (actions ?? []).slice(0, max).entries()) {
    issues.text(`actions.${index}`, action, { max: ACTION_MAX_LENGTH });
  }
  issues.throwIfAny();
}

function tooMany(index: number): InvalidInputError {
  const message = `has ${APPROVERS_PER_AGENT_MAX} approvers already; remove one first`;
  return new InvalidInputError([{ path: `input.agentIds.${index}`, message }]);
}
