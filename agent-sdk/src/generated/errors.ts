// Printed from src/domain/errors.ts by `npm run generate`. Do not edit.
import { ClawciergeError } from '../clawcierge-error.ts';
import type { ApprovalStatus, DenialKind, InputIssue, RequestStatus } from '../types.ts';

/** There is no administrator of that id, or it was removed. */
export class AdminNotFoundError extends ClawciergeError {
  readonly code = 'admin_not_found';
}

/** The agent holds no channel, and the request was not to be queued. Nothing was kept. */
export class AgentNotConnectedError extends ClawciergeError {
  readonly code = 'agent_not_connected';
  override readonly retryable = true;
}

/** There is no such agent. */
export class AgentNotFoundError extends ClawciergeError {
  readonly code = 'agent_not_found';
  /** The handle, or the id, that no agent has. */
  readonly handle: string;

  constructor(message: string, fields: { handle: string }) {
    super(message);
    this.handle = fields.handle;
  }
}

/** The agent's contract or its policies were ended too often by the budget of computing that they have, so the platform evaluates them for nothing that takes computing for a while. It is not the request's doing: nothing was decided and nothing was kept. It may work after `Retry-After` seconds, or sooner, once the agent's owner has published another version or has lifted it. */
export class AgentQuarantinedError extends ClawciergeError {
  readonly code = 'agent_quarantined';
  override readonly retryable = true;
  /** In how many seconds it ends by itself at the latest. */
  readonly retryAfterSeconds: number;

  constructor(message: string, fields: { retryAfterSeconds: number }) {
    super(message);
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** There is no such key, or it is not the caller's. */
export class ApiKeyNotFoundError extends ClawciergeError {
  readonly code = 'api_key_not_found';
}

/** What would be done, or what it is bound to, is not what the digest that was sent stands for. Nothing was decided: look at it again, and decide with the new digest. */
export class ApprovalChangedError extends ClawciergeError {
  readonly code = 'approval_changed';
  /** Of what is to be looked at now. */
  readonly digest: string;

  constructor(message: string, fields: { digest: string }) {
    super(message);
    this.digest = fields.digest;
  }
}

/** It was decided before, or ended otherwise; `status` says how. */
export class ApprovalDecidedError extends ClawciergeError {
  readonly code = 'approval_decided';
  /** How the approval ended. */
  readonly status: ApprovalStatus;

  constructor(message: string, fields: { status: ApprovalStatus }) {
    super(message);
    this.status = fields.status;
  }
}

/** There is no such approval, or it is not one that the caller may see or decide about. */
export class ApprovalNotFoundError extends ClawciergeError {
  readonly code = 'approval_not_found';
}

/** There is no such approver, it was removed, or it is not the caller's. */
export class ApproverNotFoundError extends ClawciergeError {
  readonly code = 'approver_not_found';
}

/** There is no such entry of the audit trail, or it is not one that the caller may see. */
export class AuditEntryNotFoundError extends ClawciergeError {
  readonly code = 'audit_entry_not_found';
}

/** The agent's owner takes nothing from this sender. */
export class BlockedError extends ClawciergeError {
  readonly code = 'blocked';
}

/** The key is valid, but of the wrong kind, of another agent, or limited to other scopes; the detail says which. */
export class ForbiddenError extends ClawciergeError {
  readonly code = 'forbidden';
}

/** Another agent has the handle. */
export class HandleTakenError extends ClawciergeError {
  readonly code = 'handle_taken';
  /** The handle that is taken. */
  readonly handle: string;

  constructor(message: string, fields: { handle: string }) {
    super(message);
    this.handle = fields.handle;
  }
}

/** The input breaks a rule. Every problem is listed. */
export class InvalidInputError extends ClawciergeError {
  readonly code = 'invalid_input';
  /** Everything that is wrong. */
  readonly issues: readonly InputIssue[];

  constructor(message: string, fields: { issues: readonly InputIssue[] }) {
    super(message);
    this.issues = fields.issues;
  }
}

/** The contract that the request was let in by says what results of its action are, and this one is not so, or could not be checked within the budget. The request has ended as failed, with the code `invalid_result`; its sender is told no more than that. */
export class InvalidResultError extends ClawciergeError {
  readonly code = 'invalid_result';
  /** What is wrong with the result, at most 20. */
  readonly issues: readonly InputIssue[];

  constructor(message: string, fields: { issues: readonly InputIssue[] }) {
    super(message);
    this.issues = fields.issues;
  }
}

/** There is no such invitation. */
export class InvitationNotFoundError extends ClawciergeError {
  readonly code = 'invitation_not_found';
}

/** What is asked for is not sealed into the tree of the audit trail yet, which ordinarily takes a second; the first heads come with the day (UTC) after the first entry. Ask again. */
export class NotSealedError extends ClawciergeError {
  readonly code = 'not_sealed';
  override readonly retryable = true;
  /** In how many seconds to ask again. */
  readonly retryAfterSeconds: number;

  constructor(message: string, fields: { retryAfterSeconds: number }) {
    super(message);
    this.retryAfterSeconds = fields.retryAfterSeconds;
  }
}

/** Too many calls in too short a time. */
export class RateLimitedError extends ClawciergeError {
  readonly code = 'rate_limited';
  override readonly retryable = true;
  /** In how many seconds to try again. */
  readonly retryAfterSeconds: number;
  /** Which limits were met: `agent` is set by its owner, `cost` is what the caller’s calls may cost together, `computing`, `storage`, `submissions` and the others are the platform’s; none where it is about places and not about time. */
  readonly violatedPolicies: readonly string[];

  constructor(message: string, fields: { retryAfterSeconds: number; violatedPolicies: readonly string[] }) {
    super(message);
    this.retryAfterSeconds = fields.retryAfterSeconds;
    this.violatedPolicies = fields.violatedPolicies;
  }
}

/** Registration needs an invitation here, and there was none, or is closed; the detail says which. Owners register agents of theirs all the same. */
export class RegistrationClosedError extends ClawciergeError {
  readonly code = 'registration_closed';
}

/** It already has its final state. */
export class RequestFinishedError extends ClawciergeError {
  readonly code = 'request_finished';
  /** The final state that it has. */
  readonly status: RequestStatus;

  constructor(message: string, fields: { status: RequestStatus }) {
    super(message);
    this.status = fields.status;
  }
}

/** There is no such request, or it is not the caller's. */
export class RequestNotFoundError extends ClawciergeError {
  readonly code = 'request_not_found';
}

/** The pipeline said no. The request is kept, with its log, unless more of them are rejected in a minute than are kept. */
export class RequestRejectedError extends ClawciergeError {
  readonly code = 'request_rejected';
  /** The stage that said no: policy_engine, capability_sandbox, … */
  readonly stage: string;
  /** Why, for programs; absent from what was rejected before kinds were recorded. */
  readonly kind: DenialKind | null;
  /** Why, in one sentence. */
  readonly reason: string;
  /** Everything that is wrong with the params, at most 20; none where it is about something else. */
  readonly issues: readonly InputIssue[];
  /** The rejected request, whose log says more where it is kept. */
  readonly requestId: string;
  /** Whether the request is kept. Where it is not, nothing is found under its id, and its idempotency key is as if it had not been used. */
  readonly kept: boolean;

  constructor(message: string, fields: { stage: string; kind: DenialKind | null; reason: string; issues: readonly InputIssue[]; requestId: string; kept: boolean }) {
    super(message);
    this.stage = fields.stage;
    this.kind = fields.kind;
    this.reason = fields.reason;
    this.issues = fields.issues;
    this.requestId = fields.requestId;
    this.kept = fields.kept;
  }
}

/** The sender has no limit of its own at the agent. */
export class SenderLimitNotFoundError extends ClawciergeError {
  readonly code = 'sender_limit_not_found';
}

/** There is no such sender. */
export class SenderNotFoundError extends ClawciergeError {
  readonly code = 'sender_not_found';
}

/** What is stored is at its bound (STORAGE_MAX_BYTES), but for a reserve: nothing new is taken, no request, no registration and no document. What is under way goes on, and what makes room does. Nothing was kept of this; it may work once whoever runs the platform has made room. */
export class StorageFullError extends ClawciergeError {
  readonly code = 'storage_full';
}

/** An administrator has stopped the sender, or the agent; the detail says which, and only they know why. What is open waits, and goes on once they have taken it back. */
export class SuspendedError extends ClawciergeError {
  readonly code = 'suspended';
}

/** There is no key, or it is mistyped, unknown, revoked or expired; the detail says which of the first two it is. Send it as `Authorization: Bearer <key>`. */
export class UnauthenticatedError extends ClawciergeError {
  readonly code = 'unauthenticated';
}

/** The agent has no webhook of that name. */
export class WebhookNotFoundError extends ClawciergeError {
  readonly code = 'webhook_not_found';
}

/** Who registers solves a challenge first: there was no proof, or it does not hold, has expired or was used already. Find a text with which the SHA-256 of challenge, colon and text begins with so many zero bits, and send the three as `proofOfWork` (`proof_of_work` over REST) within ten minutes. Owners, administrators and whoever was invited need none. */
export class WorkRequiredError extends ClawciergeError {
  readonly code = 'work_required';
  /** A new challenge to solve. */
  readonly challenge: string;
  /** How many zero bits the SHA-256 is to begin with. */
  readonly bits: number;

  constructor(message: string, fields: { challenge: string; bits: number }) {
    super(message);
    this.challenge = fields.challenge;
    this.bits = fields.bits;
  }
}
