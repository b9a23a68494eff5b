import { Type } from 'typebox';
import { instant, type ValueOf } from './fields.ts';

/** Whom administrators can stop. */
export type SuspendedKind = 'AGENT' | 'SENDER';

/** That an administrator has stopped an agent or a sender, until it is taken back (docs/decisions/0048). */
export const SUSPENSION = Type.Object({
  reason: Type.String({
    minLength: 1,
    maxLength: 500,
    multiline: true,
    description:
      'Why, for administrators, and for the owner of an agent: its keys, and senders, are told that, and not why.',
  }),
  by: Type.String({ description: 'The administrator, by name.' }),
  at: instant('Since when.'),
});
export type Suspension = ValueOf<typeof SUSPENSION>;
