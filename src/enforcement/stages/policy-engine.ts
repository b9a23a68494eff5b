import type { PolicyRule, PolicySet } from '../../domain/policy.ts';
import type { Facts, Verdict } from '../../domain/verdict.ts';
import { Memo } from '../memo.ts';
import type { Stage } from '../pipeline.ts';
import { EvaluationError, holds, Scope } from '../policy/evaluate.ts';
import { type ParsedCondition, parsePolicyCondition } from '../policy/parse-condition.ts';

/** Parsed policy sets are kept for so many characters of conditions in all; each takes some 25 bytes. */
const CHARACTERS_KEPT_MAX = 2_000_000;

type ParsedRule = { readonly rule: PolicyRule; readonly condition: ParsedCondition };

/**
 * Evaluates the agent's rules. Deny overrides: any rule that cannot be evaluated denies, whatever its action and
 * whatever the others say; then the first REJECT that matches; then REQUIRE_APPROVAL holds; then ALLOW passes; then
 * the default action decides. An agent without rules has none to break.
 */
export function createPolicyEngine(): Stage {
  const parsed = new Memo<PolicySet, readonly ParsedRule[]>({
    weightMax: CHARACTERS_KEPT_MAX,
    weigh: (rules) => rules.reduce((sum, { rule }) => sum + rule.condition.length, 1),
    make: ({ rules }) => rules.map((rule) => ({ rule, condition: parsePolicyCondition(rule.condition) })),
    isSame: haveSameRules,
  });
  return {
    name: 'policy_engine',
    evaluate: (facts) =>
      facts.policies === null
        ? { decision: 'PASS' }
        : decide(parsed.get(facts.policies.id, facts.policies), facts.policies.defaultAction, facts),
  };
}

function decide(rules: readonly ParsedRule[], defaultAction: PolicySet['defaultAction'], facts: Facts): Verdict {
  const scope = new Scope(facts);
  let rejection: string | null = null;
  let hold: string | null = null;
  let isAllowed = false;
  for (const [index, { rule, condition }] of rules.entries()) {
    const number = index + 1;
    if (!condition.ok) return unevaluable(number, condition.message);
    let matches: boolean;
    try {
      matches = holds(condition.expression, scope);
    } catch (error) {
      if (error instanceof EvaluationError) return unevaluable(number, error.message);
      throw error;
    }
    if (!matches) continue;
    if (rule.action === 'REJECT') rejection ??= rule.reason || `Rejected by policy rule ${number}`;
    else if (rule.action === 'REQUIRE_APPROVAL') hold ??= rule.reason || `Policy rule ${number} requires approval`;
    else if (rule.action === 'ALLOW') isAllowed = true;
    else return unevaluable(number, 'its action is not known');
  }
  if (rejection !== null) return { decision: 'DENY', reason: rejection };
  if (hold !== null) return { decision: 'HOLD', reason: hold };
  if (isAllowed || defaultAction === 'ALLOW') return { decision: 'PASS' };
  if (defaultAction === 'REQUIRE_APPROVAL') {
    return { decision: 'HOLD', reason: 'No policy rule allows this without approval' };
  }
  return { decision: 'DENY', reason: 'No policy rule allows this' };
}

const unevaluable = (number: number, why: string): Verdict => ({
  decision: 'DENY',
  reason: `Rule ${number} could not be evaluated: ${why}`,
});

const haveSameRules = (one: PolicySet, other: PolicySet): boolean =>
  one.rules.length === other.rules.length &&
  one.rules.every((rule, index) => {
    const peer = other.rules[index];
    return rule.condition === peer?.condition && rule.action === peer.action && rule.reason === peer.reason;
  });
