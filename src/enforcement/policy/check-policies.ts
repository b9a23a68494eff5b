import type { InputIssue } from '../../domain/errors.ts';
import { POLICY_ACTIONS, POLICY_REASON_MAX_LENGTH, POLICY_RULES_MAX, type PolicyRule } from '../../domain/policy.ts';
import { parsePolicyCondition } from './parse-condition.ts';

/** Everything that is wrong with rules about to be published. Paths such as `rules.1.condition`, from 0. */
export function checkPolicies(rules: readonly PolicyRule[]): readonly InputIssue[] {
  if (rules.length > POLICY_RULES_MAX) {
    return [{ path: 'rules', message: `There are ${rules.length} rules; at most ${POLICY_RULES_MAX} are allowed` }];
  }
  return rules.flatMap(({ condition, action, reason }, index) => {
    const issues: InputIssue[] = [];
    const parsed = parsePolicyCondition(condition);
    if (!parsed.ok) issues.push({ path: `rules.${index}.condition`, message: parsed.message });
    if (!POLICY_ACTIONS.includes(action)) {
      issues.push({ path: `rules.${index}.action`, message: `The action must be one of ${POLICY_ACTIONS.join(', ')}` });
    }
    const problem = reason === null ? null : problemOfReason(reason);
    if (problem !== null) issues.push({ path: `rules.${index}.reason`, message: problem });
    return issues;
  });
}

function problemOfReason(reason: string): string | null {
  const length = [...reason].length;
  if (length > POLICY_REASON_MAX_LENGTH) {
    return `The reason is ${length.toLocaleString('en')} characters long; at most ${POLICY_REASON_MAX_LENGTH} are allowed`;
  }
  const isText = reason.isWellFormed() && !reason.includes('\u0000');
  return isText ? null : 'The reason is not well-formed Unicode, or holds the character U+0000';
}
