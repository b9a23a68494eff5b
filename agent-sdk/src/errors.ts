import type { InputIssue, RequestStatus } from './types.ts';

/** Everything that the SDK throws on purpose. `code` is stable and machine-readable. */
export abstract class ClawciergeError extends Error {
  abstract readonly code: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/**
 * The platform could not be reached, did not answer in time or with nothing that could be understood, or said that it
 * cannot answer now. The same call may work a little later.
 */
export class ConnectionError extends ClawciergeError {
  readonly code = 'connection_failed';
}

/** No key, or one that is unknown, revoked or expired. */
export class UnauthenticatedError extends ClawciergeError {
  readonly code = 'unauthenticated';
}

/** A valid key of the wrong kind, or of somebody else. */
export class ForbiddenError extends ClawciergeError {
  readonly code = 'forbidden';
}

/** The platform refused the operation with a code that the SDK has no class for. */
export class PlatformError extends ClawciergeError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Some fields of the input are not as they should be; `issues` names each. */
export class InvalidInputError extends ClawciergeError {
  readonly code = 'invalid_input';
  readonly issues: readonly InputIssue[];

  constructor(message: string, issues: readonly InputIssue[]) {
    super(message);
    this.issues = issues;
  }
}

export class HandleTakenError extends ClawciergeError {
  readonly code = 'handle_taken';
  readonly handle: string;

  constructor(message: string, handle: string) {
    super(message);
    this.handle = handle;
  }
}

export class AgentNotFoundError extends ClawciergeError {
  readonly code = 'agent_not_found';
}

/** Nobody is there, and the request was not to be queued. */
export class AgentNotConnectedError extends ClawciergeError {
  readonly code = 'agent_not_connected';
}

/** The enforcement pipeline said no. The request is kept, with its log. */
export class RequestRejectedError extends ClawciergeError {
  readonly code = 'request_rejected';
  /** The stage that denied it, as in `policy_engine`. */
  readonly stage: string;
  readonly reason: string;
  readonly requestId: string;

  constructor(message: string, rejection: { stage: string; reason: string; requestId: string }) {
    super(message);
    this.stage = rejection.stage;
    this.reason = rejection.reason;
    this.requestId = rejection.requestId;
  }
}

/** There is no such request, or it is not yours. */
export class RequestNotFoundError extends ClawciergeError {
  readonly code = 'request_not_found';
}

/** It has its final state already. */
export class RequestFinishedError extends ClawciergeError {
  readonly code = 'request_finished';
  readonly status: RequestStatus;

  constructor(message: string, status: RequestStatus) {
    super(message);
    this.status = status;
  }
}

export class RateLimitedError extends ClawciergeError {
  readonly code = 'rate_limited';
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** `wait` or `request` gave up before the request was final. The request itself goes on. */
export class WaitTimeoutError extends ClawciergeError {
  readonly code = 'wait_timeout';
  readonly requestId: string;

  constructor(requestId: string, timeoutMs: number) {
    super(`Request ${requestId} was not final within ${timeoutMs} ms.`);
    this.requestId = requestId;
  }
}

/** The platform turned the agent away for good: connecting again could not help. */
export class AgentStoppedError extends ClawciergeError {
  readonly code = 'agent_stopped';
  /** The close code (4001), the HTTP status of a refused upgrade (401, 403), or a GraphQL error's code. */
  readonly closeCode: number | string;
  readonly reason: string;

  constructor(closeCode: number | string, reason: string) {
    super(`The platform turned the agent away (${closeCode}): ${reason}`);
    this.closeCode = closeCode;
    this.reason = reason;
  }
}

/** The channel went away before the platform answered. What was to be said is said again on the next one. */
export class ChannelLostError extends ClawciergeError {
  readonly code = 'channel_lost';
}

/** Why a handler's AbortSignal fired: the sender or the platform cancelled the request. */
export class RequestCancelledError extends ClawciergeError {
  readonly code = 'request_cancelled';
}

/** Why a handler's AbortSignal fired: the request's time is over. */
export class RequestExpiredError extends ClawciergeError {
  readonly code = 'request_expired';
}

/** Why a handler's AbortSignal fired: the agent stops, and the time to drain is over. */
export class AgentStoppingError extends ClawciergeError {
  readonly code = 'agent_stopping';
}

/** Thrown by a handler to fail the request with a code and a message that are meant for its sender. */
export class ActionFailedError extends ClawciergeError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
