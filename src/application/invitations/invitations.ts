import { Type } from 'typebox';
import { InvalidInputError, InvitationNotFoundError } from '../../domain/errors.ts';
import { type InputValueOf, id } from '../../domain/fields.ts';
import {
  INVITATION,
  INVITATION_DAYS_MAX,
  INVITATION_USES_MAX,
  INVITATIONS_MAX,
  type Invitation,
} from '../../domain/invitation.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireAdmin } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { actOf } from '../audit/act.ts';
import { InputIssues } from '../input-issues.ts';
import type { Clock } from '../ports/clock.ts';
import type { InvitationStore } from '../ports/invitation-store.ts';
import type { Log } from '../ports/log.ts';
import { mintInvitationCode } from './invitation-code.ts';

export const CREATE_INVITATION = Type.Pick(INVITATION, ['uses', 'expiresAt']);
export type CreateInvitationInput = InputValueOf<typeof CREATE_INVITATION>;

/** What making one throws. */
export const CREATE_INVITATION_ERRORS = [InvalidInputError] as const;

export const REVOKE_INVITATION = Type.Object({ invitationId: id('The id of the invitation.') });
export type RevokeInvitationInput = InputValueOf<typeof REVOKE_INVITATION>;

/** What revoking one throws. */
export const REVOKE_INVITATION_ERRORS = [InvitationNotFoundError] as const;

const DAY_MS = 24 * 60 * 60 * 1_000;

type Dependencies = { readonly invitations: InvitationStore; readonly clock: Clock; readonly log: Log };

/** Administrators' invitations, which let others register while REGISTRATION is `invite`. */
export function createInvitations({ invitations, clock, log }: Dependencies) {
  /** Newest first, those that are over included. */
  async function listInvitations(principal: Principal | null): Promise<readonly Invitation[]> {
    requireAdmin(principal);
    return invitations.list();
  }

  /** The code is shown only here. Throws CREATE_INVITATION_ERRORS. */
  async function createInvitation(
    principal: Principal | null,
    { uses, expiresAt }: CreateInvitationInput,
  ): Promise<{ invitation: Invitation; code: string }> {
    const { name } = requireAdmin(principal);
    const createdAt = clock.now();
    const issues = new InputIssues();
    if (!Number.isInteger(uses) || uses < 1 || uses > INVITATION_USES_MAX) {
      issues.add('uses', `must be a whole number from 1 to ${INVITATION_USES_MAX}`);
    }
    const days = (expiresAt.getTime() - createdAt.getTime()) / DAY_MS;
    if (!(days > 0 && days <= INVITATION_DAYS_MAX)) {
      issues.add('expiresAt', `must be in the future, and at most ${INVITATION_DAYS_MAX} days ahead`);
    }
    issues.throwIfAny();
    const { code, codeHash } = mintInvitationCode();
    const invitation = { id: newId(), uses, usesLeft: uses, expiresAt, createdBy: name, createdAt, revokedAt: null };
    if (!(await invitations.create(invitation, codeHash, INVITATIONS_MAX, actOf(principal, createdAt)))) {
      const message = `there are ${INVITATIONS_MAX} open invitations already; revoke one first`;
      throw new InvalidInputError([{ path: 'input', message }]);
    }
    logActOfAdmin(log, principal, 'create an invitation', { invitationId: invitation.id, uses });
    return { invitation, code };
  }

  /** Nobody registers with it any more; whoever did stays. Throws REVOKE_INVITATION_ERRORS. */
  async function revokeInvitation(
    principal: Principal | null,
    { invitationId }: RevokeInvitationInput,
  ): Promise<Invitation> {
    requireAdmin(principal);
    const at = clock.now();
    const revoked = await invitations.revoke(invitationId, at, actOf(principal, at));
    if (revoked === null) throw new InvitationNotFoundError();
    logActOfAdmin(log, principal, 'revoke an invitation', { invitationId });
    return revoked;
  }

  return { list: listInvitations, create: createInvitation, revoke: revokeInvitation };
}
