import type { Approval } from '../../domain/approval.ts';
import type { Principal } from '../../domain/principal.ts';
import { hasScope, isOwnerOf, mayBeApprover } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { AdminStore } from '../ports/admin-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { ApprovalDecision, Decider, DecisionBasis, DecisionStore } from '../ports/decision-store.ts';
import { deciderOf, isEditable, mayDecide, ONE_PASSWORD } from './may-decide.ts';

type Dependencies = {
  readonly decisions: Pick<DecisionStore, 'decisionsOf' | 'basesOf'>;
  readonly approvers: Pick<ApproverStore, 'byIds'>;
  readonly admins: Pick<AdminStore, 'list'>;
  readonly directory: Pick<Directory, 'ownerOf'>;
};

/** What was said to approvals, for whoever may see them. */
export function createReadDecisions({ decisions, approvers, admins, directory }: Dependencies) {
  /** In the order in which it was said. Comments are the owner's to read, and whose they are. */
  async function decisionsOf(principal: Principal | null, approval: Approval): Promise<readonly ApprovalDecision[]> {
    const [made = []] = await decisions.decisionsOf([approval.id]);
    if (made.length === 0 || (await isOwnerOf(principal, approval.agentId, directory.ownerOf, 'approvals:read'))) {
      return made;
    }
    const own = principal !== null && mayBeApprover(principal) ? deciderOf(principal) : null;
    return made.map((each) => (own !== null && isBy(own, each) ? each : { ...each, comment: null }));
  }

  /** What administrators are called, by the id that decisions know them by. */
  async function adminNameOf(deciderId: string): Promise<string> {
    if (deciderId === ONE_PASSWORD) return ONE_PASSWORD;
    return (await admins.list()).find(({ id }) => id === deciderId)?.name ?? 'a removed administrator';
  }

  /** Whether whoever asks may decide about each; what is over nobody may. */
  async function mayDecideAbout(
    principal: Principal | null,
    approvalIds: readonly string[],
  ): Promise<readonly boolean[]> {
    return (await decidable(principal, approvalIds)).map((basis) => basis !== null);
  }

  /** Whether whoever asks may change what is done when they approve each. */
  async function mayEditAbout(
    principal: Principal | null,
    approvalIds: readonly string[],
  ): Promise<readonly boolean[]> {
    return (await decidable(principal, approvalIds)).map((basis) => basis !== null && isEditable(basis));
  }

  /** What a decision about each is made by; null for what whoever asks may not decide about. */
  async function decidable(
    principal: Principal | null,
    approvalIds: readonly string[],
  ): Promise<readonly (DecisionBasis | null)[]> {
    if (principal === null || !mayBeApprover(principal) || !hasScope(principal, 'approvals:decide')) {
      return approvalIds.map(() => null);
    }
    const [approver = null] = principal.kind === 'approver' ? await approvers.byIds([principal.approverId]) : [];
    const bases = await decisions.basesOf(approvalIds);
    return bases.map((basis) =>
      basis !== null && basis.approval.resolvedAt === null && mayDecide(principal, approver, basis) ? basis : null,
    );
  }

  return { decisionsOf, adminNameOf, mayDecideAbout, mayEditAbout };
}

const isBy = ({ kind, id }: Decider, { deciderKind, deciderId }: ApprovalDecision): boolean =>
  kind === deciderKind && id === deciderId;
