import type { PolicyAction } from '../../domain/policy.ts';
import { DEFAULT_ACTION, type RuleHold, type Verdict } from '../../domain/verdict.ts';
import { createCelScope } from './cel/facts-scope.ts';
import type { Meter } from './cel/meter.ts';
import type { CompiledRules } from './compile-rules.ts';
import { Scope } from './evaluate.ts';
import { EvaluationError } from './evaluation-error.ts';
import type { VariableFacts } from './variables.ts';

/**
 * What the rules say. Deny overrides: any rule that cannot be evaluated denies, whatever its action and whatever the
 * others say; then the first REJECT that matches; then REQUIRE_APPROVAL holds, or passes where people approve what every
 * such rule holds; then ALLOW passes; then the default action decides. Throws the meter's TooCostlyError.
 */
export function decideByRules(
  { rules }: CompiledRules,
  defaultAction: PolicyAction,
  facts: VariableFacts,
  meter: Meter,
): Verdict {
  const scopes = { condition: new Scope(facts), cel: createCelScope(facts, meter) };
  let rejection: string | null = null;
  const holds: RuleHold[] = [];
  let isAllowed = false;
  for (const [index, { rule, matches }] of rules.entries()) {
    const number = index + 1;
    try {
      if (!matches(scopes)) continue;
    } catch (error) {
      if (error instanceof EvaluationError) return unevaluable(number, error.message);
      throw error;
    }
    if (rule.action === 'REJECT') rejection ??= rule.reason || `Rejected by policy rule ${number}`;
    else if (rule.action === 'REQUIRE_APPROVAL') {
      holds.push({ rule: index, reason: rule.reason || `Policy rule ${number} requires approval` });
    } else if (rule.action === 'ALLOW') isAllowed = true;
    else return unevaluable(number, 'its action is not known');
  }
  if (rejection !== null) return deny(rejection);
  if (holds.length > 0) return holdUnlessApproved(holds, facts.approved);
  if (isAllowed || defaultAction === 'ALLOW') return { decision: 'PASS' };
  if (defaultAction === 'REQUIRE_APPROVAL') {
    return holdUnlessApproved(
      [{ rule: DEFAULT_ACTION, reason: 'No policy rule allows this without approval' }],
      facts.approved,
    );
  }
  return deny('No policy rule allows this');
}

/** Whoever is asked again is told of all of them, so that what was approved before is not asked for a third time. */
const holdUnlessApproved = (rules: readonly RuleHold[], approved: ReadonlySet<number> | null): Verdict => {
  const first = rules.find(({ rule }) => !approved?.has(rule));
  return first === undefined ? { decision: 'PASS' } : { decision: 'HOLD', reason: first.reason, rules };
};

const deny = (reason: string): Verdict => ({ decision: 'DENY', kind: 'POLICY', reason });

/** The sender hears which rule it was; which variable or param it names is the owner's business. */
const unevaluable = (number: number, why: string): Verdict => ({
  decision: 'DENY',
  kind: 'POLICY',
  reason: `Policy rule ${number} could not be evaluated for this request`,
  detail: `Rule ${number}: ${why}`,
});
