import { problemsOfContent } from '../../domain/content.ts';
import type { JsonValue } from '../../domain/contract.ts';
import { DENIAL_ISSUES_MAX, type Denial, type Facts, type Verdict } from '../../domain/verdict.ts';
import { rootedAt, type ValueProblems } from '../contract/explain/problem.ts';
import type { CheckBySchema, SchemaCheck, Unchecked } from '../contract/schema-checks.ts';
import { measureJson } from '../json-bounds.ts';
import type { Stage } from '../pipeline.ts';

type Rule = NonNullable<Facts['result']['rule']>;

/**
 * Holds a result to the contract that its request was let in by: it has the form that the capability names, and matches
 * the capability's schema. What cannot be checked within the budget does not match. Nothing is evaluated for capabilities
 * that say nothing about results.
 */
export function createResultContract(checkBySchema: CheckBySchema): Stage<'result'> {
  return {
    name: 'result_contract',
    evaluate({ result, rule }, signal) {
      if (rule === null) return PASS;
      if (rule.resultFormat === 'JSON') return bySchema(rule, 'result', result, signal);
      const issues = problemsOfContent(result);
      if (issues.length > 0) return mismatch({ issues, hasMore: issues.length >= DENIAL_ISSUES_MAX });
      if (rule.resultSchema === null) return PASS;
      const { structured } = result as { readonly structured?: JsonValue };
      return structured === undefined
        ? mismatch(about(STRUCTURED, 'is required'))
        : bySchema(rule, STRUCTURED, structured, signal);
    },
  };

  /** At once where the check is: most are, and a promise costs as much as they do. */
  function bySchema(
    { contractId, agentId: owner, action, resultSchema: schema }: Rule,
    root: string,
    value: JsonValue,
    signal: AbortSignal,
  ): Verdict<'result'> | Promise<Verdict<'result'>> {
    if (schema === null) return PASS;
    const size = measureJson(value, UNBOUNDED);
    // The stage before has looked at all of it.
    if ('problem' in size) return mismatch(about(root, size.problem));
    const check = checkBySchema(`${contractId} ${action} result`, {
      schema,
      value,
      size,
      owner,
      isByOwner: true,
      signal,
    });
    if (!(check instanceof Promise)) return verdictOf(root, check);
    return check.then((answer) => verdictOf(root, answer));
  }
}

const UNBOUNDED = { depth: Number.POSITIVE_INFINITY, nodes: Number.POSITIVE_INFINITY } as const;

function verdictOf(root: string, check: SchemaCheck): Verdict<'result'> {
  if (check === null) return PASS;
  if (!('unchecked' in check)) return mismatch(rootedAt(root, check));
  return mismatch(about(root, WHY_UNCHECKED[check.unchecked]));
}

const STRUCTURED = 'result.structured';

const PASS = { decision: 'PASS' } as const;

const WHY_UNCHECKED: { readonly [Why in Unchecked['unchecked']]: string } = {
  budget: 'takes too long to check against the schema of the result',
  memory: 'takes too much memory to check against the schema of the result',
  unusable: 'cannot be checked: the schema of the result cannot be used',
};

const about = (path: string, message: string): ValueProblems => ({ issues: [{ path, message }], hasMore: false });

/** Its sender may read the reason; what was wrong is for the agent and its owner. */
const mismatch = ({ issues, hasMore }: ValueProblems): Denial<'result'> => ({
  decision: 'DENY',
  kind: 'INVALID_RESULT',
  reason: 'The result does not match the contract of the agent',
  detail: [...issues.map(({ path, message }) => `${path} ${message}`), ...(hasMore ? ['and more'] : [])].join('; '),
  issues,
});
