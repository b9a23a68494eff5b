import { type InputIssue, OverloadedError } from '../../domain/errors.ts';
import type { PolicyRule } from '../../domain/policy.ts';
import type { Findings } from '../../domain/publication.ts';
import { type Isolate, IsolateFailure, type IsolateJob, ofChecks } from '../isolate.ts';
import { type DocumentCheck, unchecked } from './answer-check.ts';

const RETRY_AFTER_SECONDS = 1;

/**
 * Checks documents with each other in the isolate, since their authors decide what it costs. What costs too much is
 * published unchecked, with a warning. Throws OverloadedError when the isolate has no room.
 */
export function checkDocuments(check: DocumentCheck, isolate: Isolate, owner: string): Promise<Findings> {
  return isolated(isolate, owner, { kind: 'checkDocuments', check }, () => unchecked(check));
}

/** What is wrong with rules alone. What costs too much is refused. Throws as `checkDocuments`. */
export async function checkRulesAlone(
  rules: readonly PolicyRule[],
  isolate: Isolate,
  owner: string,
): Promise<readonly InputIssue[]> {
  const refused = { errors: [{ path: 'rules', message: 'The rules take too long to check' }], warnings: [] };
  return (await isolated(isolate, owner, { kind: 'checkRules', rules }, () => refused)).errors;
}

async function isolated(
  isolate: Isolate,
  owner: string,
  job: IsolateJob,
  tooCostly: () => Findings,
): Promise<Findings> {
  try {
    return readFindings(await isolate.run(job, undefined, ofChecks(owner)));
  } catch (error) {
    if (!(error instanceof IsolateFailure)) throw error;
    if (error.kind === 'budget' || error.kind === 'memory') return tooCostly();
    throw new OverloadedError(RETRY_AFTER_SECONDS, 'Too much is being checked just now for the document to be.', {
      cause: error,
    });
  }
}

/** What the isolate answered; anything but two lists of issues is a failure, not documents that fit. */
function readFindings(answer: unknown): Findings {
  if (typeof answer === 'object' && answer !== null && 'errors' in answer && 'warnings' in answer) {
    const { errors, warnings } = answer;
    if (areIssues(errors) && areIssues(warnings)) return { errors, warnings };
  }
  throw new IsolateFailure('crashed', answer);
}

const areIssues = (value: unknown): value is readonly InputIssue[] =>
  Array.isArray(value) && value.every((each) => typeof each?.path === 'string' && typeof each?.message === 'string');
