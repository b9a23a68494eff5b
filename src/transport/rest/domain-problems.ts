import type { DomainError, FieldTypes } from '../../domain/domain-error.ts';
import { type InputIssue, InvalidInputError, RequestRejectedError } from '../../domain/errors.ts';
import { retryAfter, retryAfterSecondsOf } from '../failures.ts';
import { challengeOf } from '../unauthenticated.ts';
import { snakeCase, wirePath } from './field-names.ts';

/** What a problem document and its answer say of a domain error, besides what its kind says. */
export type DomainProblem = {
  readonly detail: string;
  /** Extension members (RFC 9457, section 3.2). */
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
};

/** Problems that an answer lists at most; who sends more of them has enough to begin with. */
const ISSUES_MAX = 100;

/** Texts that name a field, in the spelling of REST. */
const DETAILS: Readonly<Record<string, string>> = {
  agent_not_connected:
    'The agent is not connected. Try again later, or send "when_offline": "queue" to leave the request for it.',
};

export function toldOf(error: DomainError): DomainProblem {
  const retryAfterSeconds = retryAfterSecondsOf(error);
  const headers = {
    ...challengeOf(error),
    ...(retryAfterSeconds !== undefined && retryAfter(retryAfterSeconds)),
    ...(error instanceof RequestRejectedError && error.isReplay && { 'idempotency-replayed': 'true' }),
  };
  const members: Record<string, unknown> = {};
  let detail = DETAILS[error.code] ?? error.message;
  for (const [name, { type }] of Object.entries(error.row.fields ?? {})) {
    const value: unknown = Reflect.get(error, name);
    if (type === 'issues') {
      const errors = errorsOf(value as readonly InputIssue[]);
      if (error instanceof InvalidInputError) detail = detailOf(errors, detail);
      if (errors.length > 0) members.errors = errors;
    } else if (isMember(type) && value !== null && !(Array.isArray(value) && value.length === 0))
      members[memberNameOf(name, type)] = IN_LOWER_CASE.has(type) ? lowerCase(value) : value;
  }
  return { detail, members, headers };
}

/** One problem is told whole. */
export const detailOf = (errors: readonly InputIssue[], ofMany: string): string => {
  const [only] = errors;
  return errors.length === 1 && only ? `The input has a problem: ${only.path} ${only.message}` : ofMany;
};

/**
 * As REST spells it; but what others have a name for is called that (draft-ietf-httpapi-ratelimit-headers), and a member
 * `status` is the HTTP status code (RFC 9457, section 3.1.2).
 */
export const memberNameOf = (name: string, type: keyof FieldTypes): string => {
  if (type === 'approvalStatus') return 'approval_status';
  return name === 'violatedPolicies' ? 'violated-policies' : snakeCase(name);
};

/** Seconds are told as Retry-After, and a member `status` is the HTTP status code (RFC 9457, section 3.1.2). */
export const isMember = (type: keyof FieldTypes): boolean =>
  type !== 'seconds' && type !== 'finalStatus' && type !== 'issues';

const IN_LOWER_CASE: ReadonlySet<keyof FieldTypes> = new Set(['approvalStatus', 'denialKind']);

const lowerCase = (value: unknown): string => String(value).toLowerCase();

/** Issues as REST lists them, with paths in its spelling. */
export const errorsOf = (issues: readonly InputIssue[]) =>
  issues.slice(0, ISSUES_MAX).map(({ path, message }) => ({ path: wirePath(path), message }));
