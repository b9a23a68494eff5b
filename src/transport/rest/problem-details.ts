import type { Log } from '../../application/ports/log.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { Defect, tellable } from '../failures.ts';
import { toldOf } from './domain-problems.ts';
import { kindOf, PROBLEMS, type ProblemKind, problemType } from './problem-catalogue.ts';

/** An occurrence of a problem (RFC 9457) and the header fields that go with it. */
export type Problem = {
  readonly kind: ProblemKind;
  readonly detail: string;
  /** Extension members (RFC 9457, section 3.2). */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A problem that this transport found itself. */
export class ProblemError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** The body of the answer. */
export const problemBody = ({ kind, detail, members }: Problem) => ({
  type: problemType(kind),
  title: PROBLEMS[kind].title,
  status: PROBLEMS[kind].status,
  detail,
  ...members,
});

/** Fastify's own refusals, by their codes (https://fastify.dev/docs/latest/Reference/Errors/). */
const FASTIFY_PROBLEMS: Readonly<Record<string, Problem>> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { kind: 'malformed-body', detail: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: { kind: 'malformed-body', detail: 'The body is empty; it must be JSON.' },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    kind: 'malformed-body',
    detail: 'The body is not as long as Content-Length says.',
  },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    kind: 'unsupported-media-type',
    detail: 'Send the body as application/json.',
  },
  FST_ERR_BAD_URL: { kind: 'bad-request', detail: 'The URL is malformed.' },
};

/**
 * What leaves the process of a failure: domain errors as their problem, Fastify's refusals in our words, and everything
 * else masked, under an id that is in the log with its cause.
 */
export function createProblemOf(log: Log) {
  return (error: unknown, bodyLimitBytes: number): Problem => {
    if (error instanceof ProblemError) return error.problem;
    if (error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return { kind: 'body-too-large', detail: `The body is larger than ${bodyLimitBytes} bytes.` };
    }
    // Fastify puts its statusCode on whatever validation fails with.
    const refusal = error instanceof DomainError ? null : refusalOf(error);
    if (refusal) return refusal;
    const told = tellable(error, log, 'a request');
    if (told instanceof Defect) {
      const { detail } = PROBLEMS['internal-error'];
      return { kind: 'internal-error', detail, members: { instance: `urn:uuid:${told.errorId}` } };
    }
    return { kind: kindOf(told.code), ...toldOf(told) };
  };
}

/** What Fastify refused before it came to us. */
function refusalOf(error: unknown): Problem | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const known = FASTIFY_PROBLEMS[String(error.code)];
  if (known) return known;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  const isCallersFault = typeof status === 'number' && status >= 400 && status < 500;
  return isCallersFault ? { kind: 'bad-request', detail: 'The request cannot be understood.' } : null;
}
