import { Type } from 'typebox';
import { id, instant, nullable, oneOf, type ValueOf, withDefault } from './fields.ts';

export const POLICY_ACTIONS = ['REJECT', 'WAIVE_APPROVAL', 'REQUIRE_APPROVAL', 'ALLOW'] as const;

/**
 * REJECT overrides all others. WAIVE_APPROVAL takes away what REQUIRE_APPROVAL holds, and allows nothing by itself.
 * REQUIRE_APPROVAL overrides ALLOW, which matters where the default action is REJECT.
 */
export type PolicyAction = (typeof POLICY_ACTIONS)[number];

/** What a request can get that no rule matches: where nothing holds it, there is nothing to waive. */
export const DEFAULT_ACTIONS = ['REJECT', 'REQUIRE_APPROVAL', 'ALLOW'] as const satisfies readonly PolicyAction[];

export const POLICY_RULES_MAX = 100;
export const POLICY_CONDITION_MAX_LENGTH = 500;
export const POLICY_CEL_MAX_LENGTH = 2_000;
/** Names of params in one rule, and how long each may be. */
export const ONLY_PARAMS_MAX = 100;
export const PARAM_NAME_MAX_LENGTH = 200;

/** A rule says when it matches in exactly one of two languages: `condition` or `cel`. The other one is null. */
export const POLICY_RULE = Type.Object({
  condition: nullable(
    Type.String({
      minLength: 1,
      maxLength: POLICY_CONDITION_MAX_LENGTH,
      description:
        'When the rule matches, in the language of conditions, such as `params_amount > 100`: variables such as sender_id, action and params_<field>, and == != < <= > >=, and or not, in [..], + - * / %, a ? b : c, True False None. Null where cel is given.',
    }),
  ),
  cel: nullable(
    Type.String({
      minLength: 1,
      maxLength: POLICY_CEL_MAX_LENGTH,
      description:
        'When the rule matches, in CEL (Common Expression Language, cel.dev), such as `params.attendees.all(a, a.email.endsWith("@acme.com"))`. Null where condition is given.',
    }),
  ),
  action: oneOf(POLICY_ACTIONS, {
    description:
      'What the rule does when it matches: reject overrides waive_approval, which takes away what require_approval holds, which overrides allow.',
  }),
  reason: nullable(Type.String({ maxLength: 500, description: 'What the sender is told.' })),
  onlyParams: nullable(
    Type.Array(Type.String({ maxLength: PARAM_NAME_MAX_LENGTH }), {
      maxItems: ONLY_PARAMS_MAX,
      description:
        'The rule matches only requests that have all these params and no other, by their names. Null where it does not matter which they have.',
    }),
  ),
  expiresAt: nullable(instant('From when on the rule applies to nothing any more; null for never.')),
  madeFrom: nullable(
    id(
      'The approval that the rule was made from by "approve and remember": the platform’s word. A rule in force may be published again with it, as it is; on any other it is refused.',
    ),
  ),
});
export type PolicyRule = ValueOf<typeof POLICY_RULE>;

/**
 * What must be read before rules that name it can be evaluated: when the sender was registered, or how much it asks of
 * the agent (see SenderActivity). Nothing is read for rules that name none of it.
 */
export const POLICY_NEEDS = ['registration', 'lastMinute', 'lastHour', 'lastDay', 'open', 'agentLastMinute'] as const;
export type PolicyNeed = (typeof POLICY_NEEDS)[number];

/** One published version of an agent's rules. Append-only, as contracts are. */
export const POLICY_SET = Type.Object({
  id: id('The id of this version.'),
  agentId: id("The agent's id."),
  version: Type.Integer({ minimum: 1, description: '1 for the first one, one higher for each later one.' }),
  isActive: Type.Boolean({ description: 'Whether it is the version in force.' }),
  defaultAction: withDefault(
    'ALLOW',
    oneOf<PolicyAction>(DEFAULT_ACTIONS, { description: 'What a request gets that no rule matches.' }),
  ),
  rules: Type.Array(POLICY_RULE, { description: 'The rules.' }),
  createdAt: instant('When it was published.'),
});
export type PolicySet = ValueOf<typeof POLICY_SET>;
