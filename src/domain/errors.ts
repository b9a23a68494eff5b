import type { FinalStatus } from './request.ts';

/** One thing that is wrong with an input. `path` is dotted camelCase, as in `input.capabilities.0.paramsSchema`. */
export type InputIssue = { readonly path: string; readonly message: string };

/**
 * A failure that the outside may hear of: its message is written for them. Causes go to the log.
 * Everything that is not a DomainError is masked by the transports.
 */
export abstract class DomainError extends Error {
  /** A stable, machine-readable name, in snake_case. */
  abstract readonly code: string;
}

/** No credential, or one that is unknown, revoked or expired. */
export class UnauthenticatedError extends DomainError {
  readonly code = 'unauthenticated';
  constructor(message = 'A valid API key is needed: send it as "Authorization: Bearer <key>".') {
    super(message);
  }
}

/** A valid credential of the wrong kind or of somebody else. */
export class ForbiddenError extends DomainError {
  readonly code = 'forbidden';
}

export class InvalidInputError extends DomainError {
  readonly code = 'invalid_input';
  readonly issues: readonly InputIssue[];
  constructor(issues: readonly InputIssue[]) {
    super(
      issues.length === 1
        ? `The input has a problem: ${issues[0]?.path}: ${issues[0]?.message}`
        : `The input has ${issues.length} problems.`,
    );
    this.issues = issues;
  }
}

export class HandleTakenError extends DomainError {
  readonly code = 'handle_taken';
  readonly handle: string;
  constructor(handle: string) {
    super(`The handle "${handle}" is taken.`);
    this.handle = handle;
  }
}

export class AgentNotFoundError extends DomainError {
  readonly code = 'agent_not_found';
  constructor() {
    super('There is no such agent.');
  }
}

export class AgentNotConnectedError extends DomainError {
  readonly code = 'agent_not_connected';
  constructor() {
    super('The agent is not connected. Try again later, or submit with whenOffline QUEUE to leave the request for it.');
  }
}

/** The pipeline said no. The request is kept, with its log. */
export class RequestRejectedError extends DomainError {
  readonly code = 'request_rejected';
  readonly stage: string;
  readonly reason: string;
  readonly requestId: string;
  constructor(rejection: { stage: string; reason: string; requestId: string }) {
    super(`The request was rejected by ${rejection.stage}: ${rejection.reason}`);
    this.stage = rejection.stage;
    this.reason = rejection.reason;
    this.requestId = rejection.requestId;
  }
}

export class RequestNotFoundError extends DomainError {
  readonly code = 'request_not_found';
  constructor() {
    super('There is no such request.');
  }
}

/** It already has its final state. */
export class RequestFinishedError extends DomainError {
  readonly code = 'request_finished';
  readonly status: FinalStatus;
  constructor(status: FinalStatus) {
    super(`The request is already ${status.toLowerCase()}.`);
    this.status = status;
  }
}

export class ApiKeyNotFoundError extends DomainError {
  readonly code = 'api_key_not_found';
  constructor() {
    super('There is no such API key.');
  }
}

export class RateLimitedError extends DomainError {
  readonly code = 'rate_limited';
  readonly retryAfterSeconds: number;
  constructor(retryAfterSeconds: number) {
    super(`Too many requests. Try again in ${Math.ceil(retryAfterSeconds)} s.`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** More channels than one agent may hold. */
export class TooManyChannelsError extends DomainError {
  readonly code = 'too_many_channels';
  constructor(limit: number) {
    super(`An agent may hold ${limit} channels at once; close one first.`);
  }
}

/** The platform cannot answer now; the same call may work a little later. */
export class UnavailableError extends DomainError {
  readonly code = 'unavailable';
  readonly retryAfterSeconds: number;
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
