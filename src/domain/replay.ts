import { Type } from 'typebox';
import { id, nullable, oneOf, type ValueOf } from './fields.ts';

/** What becomes of a request when it is submitted. */
export const REPLAY_OUTCOMES = ['PASSED', 'HELD', 'REJECTED'] as const;
export type ReplayOutcome = (typeof REPLAY_OUTCOMES)[number];

export const REPLAY_MAX = 1_000;

export const REPLAY_CHANGE = Type.Object({
  requestId: id('The request.'),
  action: Type.String({ description: 'The action that it asked for.' }),
  before: oneOf(REPLAY_OUTCOMES, { description: 'What was decided when it was submitted.' }),
  after: oneOf(REPLAY_OUTCOMES, { description: 'What the other rules decide.' }),
  reason: nullable(
    Type.String({
      description:
        'Why, by the other rules; of what passes, which rule waives the approval of it, and null where none does.',
    }),
  ),
});

/** What stored requests would have got under other rules. */
export const POLICY_REPLAY = Type.Object({
  evaluated: Type.Integer({ description: 'How many requests were decided again, the newest ones.' }),
  withoutParams: Type.Integer({
    description: 'How many newer ones were left out: they had been rejected, and their params are kept no longer.',
  }),
  changed: Type.Array(REPLAY_CHANGE, { description: 'Those that get something else, newest first.' }),
  truncated: Type.Boolean({
    description: 'Whether it ended early, since it took too long or the requests were too large together.',
  }),
});
export type PolicyReplay = ValueOf<typeof POLICY_REPLAY>;
