import type { PolicyAction } from '../../domain/policy.ts';
import { DEFAULT_ACTION, type RuleHold, type Verdict } from '../../domain/verdict.ts';
import { createCelScope } from './cel/facts-scope.ts';
import type { Meter } from './cel/meter.ts';
import type { CompiledRules } from './compile-rules.ts';
import { Scope } from './evaluate.ts';
import { EvaluationError } from './evaluation-error.ts';
import type { VariableFacts } from './variables.ts';

/**
 * What the rules say. Deny overrides: any rule that cannot be evaluated denies, whatever the others say, but for a
 * WAIVE_APPROVAL, which waives nothing then; then the first REJECT that matches; then REQUIRE_APPROVAL holds, or passes
 * where people approve what every such rule holds, or a WAIVE_APPROVAL matches (the verdict says which); then ALLOW
 * passes; then the default action decides. Rules that are not about the request (see CompiledRule) are as if they were not there. Throws the
 * meter's TooCostlyError.
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
  const waivers: number[] = [];
  for (const [index, { rule, isAbout, matches }] of rules.entries()) {
    const number = index + 1;
    if (!isAbout(facts)) continue;
    try {
      if (!matches(scopes)) continue;
    } catch (error) {
      if (!(error instanceof EvaluationError)) throw error;
      // What only takes a hold away takes nothing away then.
      if (rule.action === 'WAIVE_APPROVAL') continue;
      return unevaluable(number, error.message);
    }
    if (rule.action === 'REJECT') rejection ??= rule.reason || `Rejected by policy rule ${number}`;
    else if (rule.action === 'WAIVE_APPROVAL') waivers.push(index);
    else if (rule.action === 'REQUIRE_APPROVAL') {
      holds.push({ rule: index, reason: rule.reason || `Policy rule ${number} requires approval` });
    } else if (rule.action === 'ALLOW') isAllowed = true;
    else return unevaluable(number, 'its action is not known');
  }
  const hold = (by: readonly RuleHold[]): Verdict =>
    waivers.length > 0 ? waived(waivers, by) : holdUnlessApproved(by, facts.approved);
  if (rejection !== null) return deny(rejection);
  if (holds.length > 0) return hold(holds);
  if (isAllowed || defaultAction === 'ALLOW') return PASS;
  if (defaultAction === 'REQUIRE_APPROVAL') {
    return hold([{ rule: DEFAULT_ACTION, reason: 'No policy rule allows this without approval' }]);
  }
  return deny('No policy rule allows this');
}

const PASS: Verdict = { decision: 'PASS' };

/** Whoever is asked again is told of all of them, so that what was approved before is not asked for a third time. */
const holdUnlessApproved = (rules: readonly RuleHold[], approved: ReadonlySet<number> | null): Verdict => {
  const first = rules.find(({ rule }) => !approved?.has(rule));
  return first === undefined ? PASS : { decision: 'HOLD', reason: first.reason, rules };
};

/** Of what nobody was asked about people read which rule let it pass; its sender does not. */
const waived = (waivers: readonly number[], holds: readonly RuleHold[]): Verdict => {
  const held = holds.map(({ rule }) => rule);
  const what = held.includes(DEFAULT_ACTION) ? 'the default action holds' : does('rule', held, 'hold');
  return { decision: 'PASS', detail: `${does('Rule', waivers, 'waive')} what ${what}` };
};

/** As in "rule 2 holds", and "rules 1, 2 and 5 hold". */
const does = (noun: string, rules: readonly number[], verb: string): string => {
  const numbers = rules.map((index) => index + 1);
  const last = numbers.pop();
  return numbers.length === 0 ? `${noun} ${last} ${verb}s` : `${noun}s ${numbers.join(', ')} and ${last} ${verb}`;
};

const deny = (reason: string): Verdict => ({ decision: 'DENY', kind: 'POLICY', reason });

/** The sender hears which rule it was; which variable or param it names is the owner's business. */
const unevaluable = (number: number, why: string): Verdict => ({
  decision: 'DENY',
  kind: 'POLICY',
  reason: `Policy rule ${number} could not be evaluated for this request`,
  detail: `Rule ${number}: ${why}`,
});
