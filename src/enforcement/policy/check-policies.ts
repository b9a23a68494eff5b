import { Type } from 'typebox';
import type { InputIssue } from '../../domain/errors.ts';
import { POLICY_ACTIONS, POLICY_RULE, POLICY_RULES_MAX, type PolicyRule } from '../../domain/policy.ts';
import { checkTexts } from '../check-texts.ts';
import { parsePolicyCondition } from './parse-condition.ts';

/** The parser checks the condition, its length included. */
const BESIDE_CONDITION = Type.Omit(POLICY_RULE, ['condition']);

/** Everything that is wrong with rules about to be published. Paths such as `rules.1.condition`, from 0. */
export function checkPolicies(rules: readonly PolicyRule[]): readonly InputIssue[] {
  if (rules.length > POLICY_RULES_MAX) {
    return [{ path: 'rules', message: `There are ${rules.length} rules; at most ${POLICY_RULES_MAX} are allowed` }];
  }
  return rules.flatMap((rule, index) => {
    const { condition, action } = rule;
    const issues: InputIssue[] = [];
    const parsed = parsePolicyCondition(condition);
    if (!parsed.ok) issues.push({ path: `rules.${index}.condition`, message: parsed.message });
    if (!POLICY_ACTIONS.includes(action)) {
      issues.push({ path: `rules.${index}.action`, message: `The action must be one of ${POLICY_ACTIONS.join(', ')}` });
    }
    return [...issues, ...checkTexts(`rules.${index}`, BESIDE_CONDITION, rule)];
  });
}
