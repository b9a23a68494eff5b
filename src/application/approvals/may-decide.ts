import { type Approver, isApproverFor } from '../../domain/approver.ts';
import { ApprovalNotFoundError } from '../../domain/errors.ts';
import type { AdminPrincipal, ApproverPrincipal, OwnerPrincipal, Principal } from '../../domain/principal.ts';
import { mayBeApprover, requirePrincipal, requireScope } from '../access.ts';
import type { Decider, DecisionBasis } from '../ports/decision-store.ts';

/** Whoever logs in with the one password is one voice, and is called so. */
export const ONE_PASSWORD = 'admin';

export type DecidingPrincipal = OwnerPrincipal | ApproverPrincipal | AdminPrincipal;

/**
 * An owner's or an approver's key that may decide, or an administrator. To senders and agents there are no approvals, as
 * there is none to an approver of others.
 */
export function requireDecider(principal: Principal | null): DecidingPrincipal {
  const known = requirePrincipal(principal);
  if (!mayBeApprover(known)) throw new ApprovalNotFoundError();
  return requireScope(known, 'approvals:decide');
}

/** By the credential, never by anything that is said. Whoever has the one password is one voice, whoever it is. */
export function deciderOf(principal: DecidingPrincipal): Decider {
  switch (principal.kind) {
    case 'approver':
      return { kind: 'APPROVER', id: principal.approverId, keyId: principal.apiKeyId };
    case 'owner':
      return { kind: 'OWNER', id: principal.ownerId, keyId: principal.apiKeyId };
    case 'admin':
      return { kind: 'ADMIN', id: principal.adminId ?? ONE_PASSWORD, keyId: null };
  }
}

/**
 * Whether they may decide about that request: administrators about each, owners about those of their agents, approvers
 * about those of the agents, and if given the actions, that they were made for. Nobody but administrators decides about
 * what they sent themselves, unless the agent's settings allow it: one owner is one, whichever of its keys it comes with.
 */
export function mayDecide(
  principal: DecidingPrincipal,
  approver: Approver | null,
  {
    request,
    agentOwnerId,
    senderOwnerId,
    preventsSelfApproval,
  }: Pick<DecisionBasis, 'request' | 'agentOwnerId' | 'senderOwnerId' | 'preventsSelfApproval'>,
): boolean {
  if (principal.kind === 'admin') return true;
  const ownerId = principal.kind === 'owner' ? principal.ownerId : (approver?.ownerId ?? null);
  if (preventsSelfApproval && ownerId !== null && ownerId === senderOwnerId) return false;
  if (principal.kind === 'owner') return agentOwnerId === ownerId;
  return approver !== null && isApproverFor(approver, request);
}

/** Whether who approves it may change its params: its agent's settings allowed that when it was held, and still do. */
export const isEditable = ({ approval, allowsEdits }: Pick<DecisionBasis, 'approval' | 'allowsEdits'>): boolean =>
  approval.isEditable && allowsEdits;
