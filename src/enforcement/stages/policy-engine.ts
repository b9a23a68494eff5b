import type { PolicyRule, PolicySet } from '../../domain/policy.ts';
import type { Facts, Verdict } from '../../domain/verdict.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import type { Stage } from '../pipeline.ts';
import { holds, Scope } from '../policy/evaluate.ts';
import { EvaluationError } from '../policy/evaluation-error.ts';
import { type ParsedCondition, parsePolicyCondition } from '../policy/parse-condition.ts';

/** What a parsed condition takes for each of its characters, in bytes, as measured. */
const BYTES_PER_CHARACTER = 25;

type ParsedRule = { readonly rule: PolicyRule; readonly condition: ParsedCondition };

/**
 * Evaluates the agent's rules. Deny overrides: any rule that cannot be evaluated denies, whatever its action and
 * whatever the others say; then the first REJECT that matches; then REQUIRE_APPROVAL holds; then ALLOW passes; then
 * the default action decides. An agent without rules has none to break.
 */
export function createPolicyEngine(compiled = new CompiledDocuments()): Stage {
  const parsedRulesOf = compiled.of<PolicySet, readonly ParsedRule[]>({
    name: 'policy-set',
    compile: ({ rules }) => rules.map((rule) => ({ rule, condition: parseRule(rule) })),
    weighKib: (rules) => rules.reduce((sum, { rule }) => sum + textOf(rule).length * BYTES_PER_CHARACTER, 0) / 1_024,
    isSame: haveSameRules,
  });
  return {
    name: 'policy_engine',
    evaluate: (facts) =>
      facts.policies === null
        ? { decision: 'PASS' }
        : decide(parsedRulesOf(facts.policies.id, facts.policies), facts.policies.defaultAction, facts),
  };
}

const textOf = ({ condition, cel }: PolicyRule): string => condition ?? cel ?? '';

const parseRule = ({ condition }: PolicyRule): ParsedCondition =>
  condition === null
    ? { ok: false, message: 'it is written in a language that is not known' }
    : parsePolicyCondition(condition);

function decide(
  rules: readonly ParsedRule[],
  defaultAction: PolicySet['defaultAction'],
  facts: Facts['request'],
): Verdict {
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
  if (rejection !== null) return deny(rejection);
  if (hold !== null) return { decision: 'HOLD', reason: hold };
  if (isAllowed || defaultAction === 'ALLOW') return { decision: 'PASS' };
  if (defaultAction === 'REQUIRE_APPROVAL') {
    return { decision: 'HOLD', reason: 'No policy rule allows this without approval' };
  }
  return deny('No policy rule allows this');
}

const deny = (reason: string): Verdict => ({ decision: 'DENY', kind: 'POLICY', reason });

const unevaluable = (number: number, why: string): Verdict => deny(`Rule ${number} could not be evaluated: ${why}`);

const haveSameRules = (one: PolicySet, other: PolicySet): boolean =>
  one.rules.length === other.rules.length &&
  one.rules.every((rule, index) => {
    const peer = other.rules[index];
    return (
      rule.condition === peer?.condition &&
      rule.cel === peer.cel &&
      rule.action === peer.action &&
      rule.reason === peer.reason
    );
  });
