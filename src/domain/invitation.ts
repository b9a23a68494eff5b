import { Type } from 'typebox';
import { id, instant, nullable, type ValueOf } from './fields.ts';

/** Invitations that are open at once; of those that are over the newest so many are kept as well. */
export const INVITATIONS_MAX = 100;
export const INVITATION_USES_MAX = 10_000;
export const INVITATION_DAYS_MAX = 90;

/** Lets so many register until then; the code itself is shown only once. */
export const INVITATION = Type.Object({
  id: id('Its id, to revoke it by.'),
  uses: Type.Integer({ minimum: 1, description: `How many it lets register, at most ${INVITATION_USES_MAX}.` }),
  usesLeft: Type.Integer({ description: 'How many of them are left.' }),
  expiresAt: instant(`When it stops letting anybody register, at most ${INVITATION_DAYS_MAX} days ahead.`),
  createdBy: Type.String({ description: 'The administrator who made it, by name.' }),
  createdAt: instant('When it was made.'),
  revokedAt: nullable(instant('When it was revoked; null if it was not.')),
});
export type Invitation = ValueOf<typeof INVITATION>;
