import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf } from './fields.ts';

export const SENDER_KINDS = ['SENDER', 'AGENT'] as const;
/** Whether a sender asks, or an agent on its own behalf. */
export type SenderKind = (typeof SENDER_KINDS)[number];

/** Of a sender's requests to one agent so many are looked at, the newest. */
export const HISTORY_MAX = 1_000;

/** What became of what a sender asked of the agent before. */
export const PAIR_HISTORY = Type.Object({
  completed: Type.Integer({ description: 'How many the agent completed.' }),
  rejected: Type.Integer({ description: 'How many the pipeline rejected.' }),
  denied: Type.Integer({ description: 'How many were not approved.' }),
  first: nullable(instant('When the first of them was sent; null where there is none.')),
  last: nullable(instant('When the last of them was sent.')),
});
export type PairHistory = ValueOf<typeof PAIR_HISTORY>;

/** Who asks, as whoever decides about it needs to know. */
export const SENDER_PROFILE = Type.Object({
  id: id('Its id, which its requests carry.'),
  kind: oneOf(SENDER_KINDS, { description: 'Whether it is a sender, or an agent that asks on its own behalf.' }),
  displayName: nullable(
    Type.String({ description: 'What it calls itself, which nobody has checked; null once it is gone.' }),
  ),
  registeredAt: nullable(instant('When it was registered; null once it is gone.')),
  isBlocked: Type.Boolean({ description: 'Whether it is blocked at the agent.' }),
});
export type SenderProfile = ValueOf<typeof SENDER_PROFILE> & { readonly history: PairHistory };
