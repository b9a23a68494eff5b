import { ClawciergeError } from './clawcierge-error.ts';

export * from './generated/errors.ts';
export { ClawciergeError };

/**
 * The platform could not be reached, did not answer in time or with nothing that could be understood, or said that it
 * cannot answer now. The same call may work a little later.
 */
export class ConnectionError extends ClawciergeError {
  readonly code: 'connection_failed' | 'overloaded' = 'connection_failed';
  override readonly retryable = true;
}

/** The platform has too much to do just now, and said so: nothing was kept, and the same call may work a little later. */
export class OverloadedError extends ConnectionError {
  override readonly code = 'overloaded';
  /** In how many seconds to try again. */
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The platform answered more than is taken: `maxAnswerBytes`. The rest was not read, and what was asked may have been done. */
export class AnswerTooLargeError extends ClawciergeError {
  readonly code = 'answer_too_large';
  readonly maxAnswerBytes: number;

  constructor(maxAnswerBytes: number) {
    super(`The platform answered more than the ${maxAnswerBytes} bytes that are taken (maxAnswerBytes).`);
    this.maxAnswerBytes = maxAnswerBytes;
  }
}

/** The platform refused the operation with a code that the SDK has no class for. */
export class PlatformError extends ClawciergeError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * How a platform's audit trail is not what it was: a `fork` (as many entries, others), `smaller`, `unproven` (it cannot show that it
 * has what it had, or an entry), `other_trail`, `other_entry` (an entry is on record otherwise than it is shown), `unsigned` (by any key that it shows), `unknown_key` (by another one than was given).
 */
export type AuditMismatchKind =
  | 'fork'
  | 'smaller'
  | 'unproven'
  | 'other_trail'
  | 'other_entry'
  | 'unsigned'
  | 'unknown_key';

/**
 * The platform cannot show that what it has on record is as it was: somebody rewrote the past, or an older backup took its place.
 * What it has is evidence, which anybody can check: both notes are signed.
 */
export class AuditMismatchError extends ClawciergeError {
  readonly code = 'audit_mismatch';
  readonly kind: AuditMismatchKind;
  /** The platform's address. */
  readonly platform: string;
  /** The checkpoint that was kept; null where there was none. */
  readonly kept: string | null;
  /** The checkpoint that the platform shows now. */
  readonly seen: string;
  /** What it gave as proof that the one has all of the other: hashes in base64; null where it gave none, or none was needed. */
  readonly proof: readonly string[] | null;

  constructor(
    kind: AuditMismatchKind,
    message: string,
    { platform, kept, seen, proof }: Pick<AuditMismatchError, 'platform' | 'kept' | 'seen' | 'proof'>,
  ) {
    super(`The audit trail of ${platform} is not what it was: ${message}`);
    this.kind = kind;
    this.platform = platform;
    this.kept = kept;
    this.seen = seen;
    this.proof = proof;
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

/**
 * Thrown by a handler to fail the request with a code and a message that are meant for its sender. The code is up to 64
 * characters of `A–Z a–z 0–9 _ . : -`, beginning with a letter or a digit, or else `agent_error` takes its place; a
 * message beyond 2,000 characters is cut. Of anything else that a handler throws, the sender learns nothing.
 */
export class ActionError extends ClawciergeError {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * @deprecated The name that ActionError had.
 * @alias ActionError
 */
export const ActionFailedError = ActionError;
/** @deprecated The name that ActionError had. */
export type ActionFailedError = ActionError;
