import type { JsonValue } from '../../domain/contract.ts';
import type { InputIssue } from '../../domain/errors.ts';
import { DENIAL_ISSUES_MAX } from '../../domain/verdict.ts';
import type { CompiledSchema } from './compile-schema.ts';
import { NOT_A_NUMBER } from './constraints.ts';
import { describeErrors } from './describe-errors.ts';
import type { Explain } from './explain/explain-params.ts';
import type { ValueProblems } from './explain/problem.ts';

/** The validator's verdict on a value: null, or the first problem that it came to. Only `true` means that there is none. */
export function refusalOf(validate: CompiledSchema, value: JsonValue): InputIssue | null {
  const isValid: unknown = validate(value);
  const refusal = isValid === true ? null : describeErrors(validate.errors);
  validate.errors = null;
  return refusal;
}

/** Everything that is wrong with a value that was refused, or at least what it was refused for. */
export function problemsOf(refusal: InputIssue, explain: Explain, value: JsonValue, stepsMax?: number): ValueProblems {
  const problems = explain(value, stepsMax);
  return problems.issues.length > 0 ? problems : { issues: [refusal], hasMore: false };
}

/** What the schema finds wrong and then what the constraints do, at most as many as are told. */
export function together(bySchema: ValueProblems, byConstraints: readonly InputIssue[]): ValueProblems {
  const issues = [...bySchema.issues];
  for (const issue of byConstraints) {
    // That it is no number is said once, whoever found it first.
    const isSaid = issues.some(
      ({ path, message }) => path === issue.path && (issue.message === NOT_A_NUMBER || message === issue.message),
    );
    if (!isSaid) issues.push(issue);
  }
  return {
    issues: issues.slice(0, DENIAL_ISSUES_MAX),
    hasMore: bySchema.hasMore || issues.length > DENIAL_ISSUES_MAX,
  };
}
