import { Type } from 'typebox';
import { InvalidInputError, RegistrationClosedError } from '../../domain/errors.ts';
import { nullable } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireScope } from '../access.ts';
import { hashOfCode } from './invitation-code.ts';

/** Who may register: everybody, whoever was invited, or only owners and administrators. */
export type RegistrationMode = 'open' | 'invite' | 'closed';

/** As both registrations take it. */
export const INVITATION_CODE = nullable(
  Type.String({ description: 'An invitation’s code, where the platform asks for one; ignored where it does not.' }),
);

/** An owner's key that manages, or an administrator, registers whatever the mode. */
export function mayAlways(principal: Principal | null): boolean {
  if (principal?.kind === 'owner') requireScope(principal, 'owner:manage');
  return principal?.kind === 'owner' || principal?.kind === 'admin';
}

/** Throws RegistrationClosedError where no code could help, or there is none. Asks nobody. */
export function requireOpenRegistration(
  mode: RegistrationMode,
  principal: Principal | null,
  code: string | null | undefined,
): void {
  if (mayAlways(principal) || mode === 'open') return;
  if (mode === 'closed') throw new RegistrationClosedError('closed');
  if (code == null || code === '') throw new RegistrationClosedError('invite');
}

/** The hash of the invitation that is to let somebody in; null where none is needed. Throws InvalidInputError for what is no code. */
export function invitationNeeded(
  mode: RegistrationMode,
  principal: Principal | null,
  code: string | null | undefined,
): Buffer | null {
  if (mayAlways(principal) || mode === 'open') return null;
  const codeHash = hashOfCode(code ?? '');
  if (codeHash === null) throw invalidInvitation();
  return codeHash;
}

/** Wrong, used up, expired and revoked look alike. */
export const invalidInvitation = (): InvalidInputError =>
  new InvalidInputError([{ path: 'input.invitation', message: 'is not valid' }]);
