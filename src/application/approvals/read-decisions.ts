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
  /** Of each approval in the order in which it was said. Comments are the owner's to read, and whose they are. */
  async function decisionsOf(
    principal: Principal | null,
    approvals: readonly Approval[],
  ): Promise<readonly (readonly ApprovalDecision[])[]> {
    const made = await decisions.decisionsOf(approvals.map(({ id }) => id));
    const own = principal !== null && mayBeApprover(principal) ? deciderOf(principal) : null;
    const shownTo = async (each: readonly ApprovalDecision[], { agentId }: Approval) => {
      if (each.length === 0 || (await isOwnerOf(principal, agentId, directory.ownerOf, 'approvals:read'))) return each;
      return each.map((said) => (own !== null && isBy(own, said) ? said : { ...said, comment: null }));
    };
    return Promise.all(approvals.map((approval, at) => shownTo(made[at] ?? [], approval)));
  }

  /** What administrators are called, each by the id that decisions know it by. */
  async function adminNamesOf(deciderIds: readonly string[]): Promise<readonly string[]> {
    const isAnyNamed = deciderIds.some((id) => id !== ONE_PASSWORD);
    const names = new Map(isAnyNamed ? (await admins.list()).map(({ id, name }) => [id, name]) : []);
    return deciderIds.map((id) => (id === ONE_PASSWORD ? id : (names.get(id) ?? 'a removed administrator')));
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

  return { decisionsOf, adminNamesOf, mayDecideAbout, mayEditAbout };
}

const isBy = ({ kind, id }: Decider, { deciderKind, deciderId }: ApprovalDecision): boolean =>
  kind === deciderKind && id === deciderId;
