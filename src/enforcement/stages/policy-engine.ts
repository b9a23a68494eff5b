import type { PolicySet } from '../../domain/policy.ts';
import type { Facts, Verdict } from '../../domain/verdict.ts';
import { CompiledDocuments } from '../compiled-documents.ts';
import { type Isolate, IsolateFailure } from '../isolate.ts';
import type { Stage } from '../pipeline.ts';
import { Meter, TooCostlyError } from '../policy/cel/meter.ts';
import { type CompiledRules, compileRules, haveSameRules, rulesKib } from '../policy/compile-rules.ts';
import { decideByRules } from '../policy/decide.ts';
import { readVerdict } from '../read-verdict.ts';

/** What the rules of a request may cost here, in the meter's units: about a millisecond. */
const UNITS_MAX = 50_000;

export type CompiledPolicies = (id: string, policies: PolicySet) => CompiledRules;

/** The compiled rules of policy sets, kept among other documents. */
export const createCompiledPolicies = (compiled = new CompiledDocuments()): CompiledPolicies =>
  compiled.of<PolicySet, CompiledRules>({
    name: 'policy-set',
    compile: ({ rules }) => compileRules(rules),
    weighKib: rulesKib,
    isSame: (one, other) => haveSameRules(one.rules, other.rules),
  });

/**
 * Evaluates the agent's rules: here as far as that takes about a millisecond, and from the start in the isolate where
 * it takes longer. An agent without rules has none to break.
 */
export function createPolicyEngine(isolate: Isolate, compiledPolicies = createCompiledPolicies()): Stage {
  return {
    name: 'policy_engine',
    evaluate({ policies, contract: _, ...facts }, signal) {
      if (policies === null) return { decision: 'PASS' };
      const rules = compiledPolicies(policies.id, policies);
      try {
        return decideByRules(rules, policies.defaultAction, facts, new Meter(UNITS_MAX));
      } catch (error) {
        if (!(error instanceof TooCostlyError)) throw error;
        return isolated(isolate, policies, facts, signal);
      }
    },
  };
}

async function isolated(
  isolate: Isolate,
  { id, rules, defaultAction, agentId }: PolicySet,
  facts: Omit<Facts['request'], 'policies' | 'contract'>,
  signal: AbortSignal,
): Promise<Verdict> {
  try {
    const answer = await isolate.run({ kind: 'decideByRules', rules, defaultAction, facts }, signal, {
      owner: agentId,
      document: id,
      version: id,
    });
    const verdict = readVerdict('request', answer);
    if (verdict === null) throw new IsolateFailure('crashed', answer);
    return verdict;
  } catch (error) {
    if (!(error instanceof IsolateFailure)) throw error;
    if (error.kind === 'budget') return tooCostly('take longer than ENFORCEMENT_CPU_BUDGET_MS');
    if (error.kind === 'memory') return tooCostly('take more memory than a thread has');
    throw error;
  }
}

const tooCostly = (why: string): Verdict => ({
  decision: 'DENY',
  kind: 'POLICY',
  reason: 'The policies could not be evaluated for this request',
  detail: `The rules ${why} with these params`,
});
