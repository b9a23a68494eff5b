import type { Approval, ApprovalStatus } from '../../domain/approval.ts';
import type { AdminPrincipal, ApproverPrincipal, OwnerPrincipal, Principal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import { hasScope, mayBeApprover, requireApprover } from '../access.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { ApprovalFilter, ApprovalStore } from '../ports/approval-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import { noteInCall } from '../ports/call.ts';
import { EMPTY_PAGE, type Page, type PageQuery } from '../ports/page.ts';
import type { RequestStore } from '../ports/request-store.ts';

export type ListApprovalsInput = {
  readonly statuses?: readonly ApprovalStatus[] | undefined;
  /** The id of the agent whose requests they are about. */
  readonly agentId?: string | undefined;
};

type Dependencies = {
  readonly approvals: ApprovalStore;
  readonly agents: Pick<AgentStore, 'idsOfOwner'>;
  readonly approvers: Pick<ApproverStore, 'byIds'>;
  readonly requests: Pick<RequestStore, 'byIds'>;
};

export type ReadApprovals = ReturnType<typeof createReadApprovals>;

/** What approvals are about that somebody may look at. */
type Scope = Pick<ApprovalFilter, 'agentIds' | 'actions'>;

const NOTHING: Scope = { agentIds: [], actions: null };

/** Reading approvals, each to those who may have a say in it. */
export function createReadApprovals({ approvals, agents, approvers, requests }: Dependencies) {
  /** Null for an unknown one, and for one that is not the caller's to look at. */
  async function find(principal: Principal | null, id: string): Promise<Approval | null> {
    const scope = await scopeOf(requireApprover(principal, 'approvals:read'));
    const found = await approvals.byId(id);
    if (found === null || !isWithin(scope, found.request)) return null;
    noteInCall({ agentId: found.request.agentId, requestId: found.request.id });
    return found.approval;
  }

  /** Of the owner's agents, of the approver's agents and actions, or all (admin), newest first. */
  async function list(
    principal: Principal | null,
    { statuses, agentId }: ListApprovalsInput,
    page: PageQuery,
  ): Promise<Page<Approval>> {
    const { agentIds, actions } = await scopeOf(requireApprover(principal, 'approvals:read'));
    if (agentId === undefined) return approvals.list({ agentIds, actions, statuses: statuses ?? null }, page);
    if (agentIds !== null && !agentIds.includes(agentId)) return EMPTY_PAGE;
    return approvals.list({ agentIds: [agentId], actions, statuses: statuses ?? null }, page);
  }

  /** Those about these requests that are the caller's to look at. */
  async function ofRequestsSeenBy(
    principal: Principal | null,
    requestIds: readonly string[],
  ): Promise<readonly Approval[]> {
    const [scope, found, rows] = await Promise.all([
      scopeOf(requireApprover(principal, 'approvals:read')),
      approvals.ofRequests(requestIds),
      requests.byIds(requestIds),
    ]);
    const isSeen = new Set(rows.filter((request) => isWithin(scope, request)).map(({ id }) => id));
    return found.flatMap((approval) => (approval && isSeen.has(approval.requestId) ? [approval] : []));
  }

  /** In the order of the requests; null for what the caller may not look at, which is all to a sender or an agent. */
  async function ofRequestsIfSeen(
    principal: Principal | null,
    requestIds: readonly string[],
  ): Promise<readonly (Approval | null)[]> {
    const isOneWhoLooks = principal !== null && mayBeApprover(principal) && hasScope(principal, 'approvals:read');
    const seen = isOneWhoLooks ? await ofRequestsSeenBy(principal, requestIds) : [];
    const byRequest = new Map(seen.map((approval) => [approval.requestId, approval]));
    return requestIds.map((id) => byRequest.get(id) ?? null);
  }

  /** What they may look at as things are now. */
  async function scopeOf(principal: OwnerPrincipal | ApproverPrincipal | AdminPrincipal): Promise<Scope> {
    switch (principal.kind) {
      case 'admin':
        return { agentIds: null, actions: null };
      case 'owner':
        return { agentIds: await agents.idsOfOwner(principal.ownerId), actions: null };
      case 'approver': {
        const [approver = null] = await approvers.byIds([principal.approverId]);
        return approver === null || approver.removedAt !== null ? NOTHING : approver;
      }
    }
  }

  return { find, list, ofRequestsSeenBy, ofRequestsIfSeen };
}

const isWithin = ({ agentIds, actions }: Scope, { agentId, action }: Pick<Request, 'agentId' | 'action'>): boolean =>
  (agentIds === null || agentIds.includes(agentId)) && (actions === null || actions.includes(action));
