import { Type } from 'typebox';
import { instant, nullable, type ValueOf } from './fields.ts';

export const PASSKEY_LABEL_MAX_LENGTH = 100;

/** A passkey of a named administrator, as others see it: a second factor in place of a code. */
export const PASSKEY = Type.Object({
  id: Type.String({ description: 'The id that its authenticator gave it.' }),
  label: Type.String({
    minLength: 1,
    maxLength: PASSKEY_LABEL_MAX_LENGTH,
    isName: true,
    description: 'What its owner calls it.',
  }),
  createdAt: instant('When it was added.'),
  lastUsedAt: nullable(instant('When somebody last logged in with it; null for never.')),
});
export type Passkey = ValueOf<typeof PASSKEY>;

/** Of one administrator. */
export const PASSKEYS_MAX = 10;
