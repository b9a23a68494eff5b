import { Type } from 'typebox';
import type { Capability, JsonObject } from './contract.ts';
import type { InputIssue } from './domain-error.ts';
import { type InputValueOf, instant, nullable, oneOf, type ValueOf } from './fields.ts';
import { ONLY_PARAMS_MAX, PARAM_NAME_MAX_LENGTH, type PolicyRule } from './policy.ts';

export const REMEMBER_AS = ['VALUE', 'BOUND', 'ANY'] as const;
export type RememberAs = (typeof REMEMBER_AS)[number];

export const REMEMBERED_DAYS = 30;
export const REMEMBERED_DAYS_MAX = 365;

export const REMEMBER_PARAM = Type.Object({
  field: Type.String({ minLength: 1, maxLength: PARAM_NAME_MAX_LENGTH, description: 'The name of the param.' }),
  as: oneOf(REMEMBER_AS, {
    description:
      'What later requests may have in it: the same value, a number within min and max, or anything. A param that is not named is VALUE.',
  }),
  min: nullable(Type.Number({ description: 'With BOUND, the least that it may be; null for no such bound.' })),
  max: nullable(Type.Number({ description: 'With BOUND, the most that it may be; null for no such bound.' })),
});
export type RememberParam = ValueOf<typeof REMEMBER_PARAM>;

/** What is asked of later requests before they pass without anybody being asked. */
export const REMEMBER = Type.Object({
  params: Type.Array(REMEMBER_PARAM, {
    maxItems: ONLY_PARAMS_MAX,
    description: 'Params that may be another than what was approved; all others are bound to their value.',
  }),
  expiresAt: nullable(
    instant(
      `Until when it counts: within ${REMEMBERED_DAYS_MAX} days from now, and ${REMEMBERED_DAYS} days from now where it is left out.`,
    ),
  ),
});
export type RememberInput = InputValueOf<typeof REMEMBER>;

/** What was approved, and what of it is to be remembered. */
export type ToRemember = {
  readonly senderId: string;
  readonly action: string;
  /** Those that are done. */
  readonly params: JsonObject;
  readonly choices: readonly RememberParam[];
  /** Null where the contract has no such action. */
  readonly capability: Capability | null;
};

/** What a remembered rule says, or why it cannot be said exactly; paths such as `remember.params.0.max`. */
export type RememberedCondition =
  | ({ readonly ok: true } & Pick<PolicyRule, 'condition' | 'cel' | 'onlyParams'>)
  | { readonly ok: false; readonly issues: readonly InputIssue[] };
