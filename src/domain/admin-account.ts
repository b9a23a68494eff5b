import { Type } from 'typebox';
import { id, instant, type ValueOf } from './fields.ts';
import { PASSKEY } from './passkey.ts';

/** The name that the one password logs in as; nobody else has it. */
export const PASSWORD_ADMIN_NAME = 'admin';

/** A named administrator, as others see it. */
export const ADMIN_ACCOUNT = Type.Object({
  id: id('The id of the administrator, to remove it by.'),
  name: Type.String({
    minLength: 1,
    maxLength: 64,
    isName: true,
    description: 'What it logs in with, and what the log calls it: a–z, 0–9 and `.`, `_`, `@`, `+`, `-`.',
  }),
  isComplete: Type.Boolean({
    description: 'Whether it has set its password and its second factor, and so can log in.',
  }),
  passkeys: Type.Array(PASSKEY, {
    description: 'Its passkeys, each of them a second factor, in the order in which they were added.',
  }),
  hasTotp: Type.Boolean({ description: 'Whether its second factor is a code of an authenticator app.' }),
  createdAt: instant('When it was made; where it was removed and made again, the last time.'),
});
export type AdminAccount = ValueOf<typeof ADMIN_ACCOUNT>;

/** So many at most, those included that have not used their link. */
export const ADMINS_MAX = 50;
