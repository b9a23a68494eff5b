import type { Log } from '../../application/ports/log.ts';
import { DomainError } from '../../domain/domain-error.ts';
import { type JsonProblem, pathText } from '../../domain/json/json-problem.ts';
import { Defect, tellable } from '../failures.ts';
import { MalformedBodyError } from '../json-body.ts';
import { detailOf, toldOf } from './domain-problems.ts';
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

/** What breaks I-JSON in a body: a name of its own makes the body unreadable, anything else is its field's problem. */
export function problemOfJson(problems: readonly JsonProblem[]): Problem {
  const errors = problems.map(({ path, message }) => ({ path: pathText(path) || 'body', message }));
  const unreadable = problems.findIndex(({ path, isOfName }) => isOfName && path.length === 1);
  const name = errors[unreadable];
  if (name) {
    return {
      kind: 'malformed-body',
      detail: `The body cannot be read: ${name.path} ${name.message}.`,
      members: { errors },
    };
  }
  return {
    kind: 'invalid-input',
    detail: detailOf(errors, `The input has ${errors.length} problems.`),
    members: { errors },
  };
}

/** Fastify's own refusals, by their codes (https://fastify.dev/docs/latest/Reference/Errors/). */
const FASTIFY_PROBLEMS: Readonly<Record<string, Problem>> = {
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
    if (error instanceof MalformedBodyError) return { kind: 'malformed-body', detail: error.message };
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
