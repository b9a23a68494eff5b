import type { InputValueOf } from '../../domain/fields.ts';
import { instantText } from '../../domain/instant-text.ts';
import { POLICY_ACTIONS, type POLICY_RULE, type PolicyRule } from '../../domain/policy.ts';

/** A rule as JSON has it. What was stored before a field was added is without. */
export type StoredRule = Omit<InputValueOf<typeof POLICY_RULE>, 'action' | 'expiresAt'> & {
  readonly action: string;
  readonly expiresAt?: string | null;
};

/**
 * Before the action of a rule that does not apply always. Nodes of the release before do not know when it applies: they
 * know no such action either, and so reject what the rule matches, whatever it would do.
 */
const LIMITED = 'LIMITED_';

export const toStored = (rule: PolicyRule): StoredRule => ({
  ...rule,
  action: rule.expiresAt == null && rule.onlyParams == null ? rule.action : `${LIMITED}${rule.action}`,
  expiresAt: rule.expiresAt && instantText(rule.expiresAt),
});

export const fromStored = ({ action, expiresAt, ...rule }: StoredRule): InputValueOf<typeof POLICY_RULE> => ({
  ...rule,
  action: actionOf(action),
  expiresAt: expiresAt == null ? null : new Date(expiresAt),
});

/** What is none is kept as it is, so that whatever it matches is rejected. */
function actionOf(stored: string): PolicyRule['action'] {
  const known = POLICY_ACTIONS.find((action) => stored === action || stored === `${LIMITED}${action}`);
  return known ?? (stored as PolicyRule['action']);
}
