import { randomUUID } from 'node:crypto';
import type { Log } from '../../application/ports/log.ts';
import {
  AgentNotConnectedError,
  DomainError,
  HandleTakenError,
  InvalidInputError,
  RateLimitedError,
  RequestRejectedError,
  UnauthenticatedError,
  UnavailableError,
} from '../../domain/errors.ts';
import { wirePath } from './field-names.ts';
import { PROBLEMS, type ProblemKind, problemType } from './problem-catalogue.ts';

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

/** Problems that an answer lists at most; who sends more of them has enough to begin with. */
const ERRORS_MAX = 100;
/** When an agent that is away is worth another look, in seconds. */
const OFFLINE_RETRY_SECONDS = 5;

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

const KIND_OF_CODE: Readonly<Record<string, ProblemKind>> = {
  forbidden: 'forbidden',
  agent_not_found: 'agent-not-found',
  request_not_found: 'request-not-found',
  request_finished: 'request-finished',
};

/**
 * What leaves the process of a failure: domain errors as their problem, Fastify's refusals in our words, and everything
 * else masked, under an id that is in the log with its cause.
 */
export function createProblemOf(log: Log, bodyLimitBytes: number) {
  return (error: unknown): Problem => {
    if (error instanceof ProblemError) return error.problem;
    if (error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      return { kind: 'body-too-large', detail: `The body is larger than ${bodyLimitBytes} bytes.` };
    }
    if (error instanceof UnavailableError) {
      log.warn({ err: error.cause ?? error }, 'the platform could not answer');
      return { kind: 'unavailable', detail: error.message, headers: retryAfter(error.retryAfterSeconds) };
    }
    if (error instanceof DomainError) {
      const problem = problemOfDomainError(error);
      if (problem) return problem;
    }
    const refusal = refusalOf(error);
    if (refusal) return refusal;
    const errorId = randomUUID();
    log.error({ err: error, errorId }, 'a request failed unexpectedly');
    const { detail } = PROBLEMS['internal-error'];
    return { kind: 'internal-error', detail, members: { instance: `urn:uuid:${errorId}` } };
  };
}

function problemOfDomainError(error: DomainError): Problem | null {
  if (error instanceof UnauthenticatedError) {
    return { kind: 'unauthenticated', detail: error.message, headers: { 'www-authenticate': CHALLENGE } };
  }
  if (error instanceof InvalidInputError) {
    const errors = error.issues.slice(0, ERRORS_MAX).map(({ path, message }) => ({ path: wirePath(path), message }));
    const [only] = errors;
    const isOne = errors.length === 1 && only !== undefined;
    const detail = isOne ? `The input has a problem: ${only.path} ${only.message}` : error.message;
    return { kind: 'invalid-input', detail, members: { errors } };
  }
  if (error instanceof HandleTakenError) {
    return { kind: 'handle-taken', detail: error.message, members: { handle: error.handle } };
  }
  if (error instanceof RequestRejectedError) {
    const members = { stage: error.stage, request_id: error.requestId };
    return { kind: 'request-rejected', detail: error.message, members };
  }
  if (error instanceof AgentNotConnectedError) {
    const { detail } = PROBLEMS['agent-not-connected'];
    return { kind: 'agent-not-connected', detail, headers: retryAfter(OFFLINE_RETRY_SECONDS) };
  }
  if (error instanceof RateLimitedError) {
    return { kind: 'rate-limited', detail: error.message, headers: retryAfter(error.retryAfterSeconds) };
  }
  const kind = KIND_OF_CODE[error.code];
  return kind === undefined ? null : { kind, detail: error.message };
}

/** RFC 6750, section 3. */
const CHALLENGE = 'Bearer realm="clawcierge"';

/** RFC 9110, section 10.2.3: whole seconds. */
export const retryAfter = (seconds: number) => ({ 'retry-after': String(Math.max(1, Math.ceil(seconds))) });

/** What Fastify refused before it came to us. */
function refusalOf(error: unknown): Problem | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const known = FASTIFY_PROBLEMS[String(error.code)];
  if (known) return known;
  const status = 'statusCode' in error ? error.statusCode : undefined;
  const isCallersFault = typeof status === 'number' && status >= 400 && status < 500;
  return isCallersFault ? { kind: 'bad-request', detail: 'The request cannot be understood.' } : null;
}
