import { HANDLE_MAX_LENGTH } from './agent.ts';
import type { ApprovalStatus } from './approval.ts';
import { type DomainErrorOptions, domainError, type InputIssue } from './domain-error.ts';
import type { FinalStatus } from './request.ts';
import type { Scope } from './scope.ts';

export type { InputIssue } from './domain-error.ts';

/**
 * Every error of the platform: one class, and in it one row, an error. What REST, GraphQL, the raw agent channel and
 * the SDK say of it comes from the row; see error-registry.ts.
 */

export class UnauthenticatedError extends domainError({
  code: 'unauthenticated',
  status: 401,
  title: 'A valid API key is needed',
  description:
    'There is no key, or it is mistyped, unknown, revoked or expired; the detail says which of the first two it is. Send it as `Authorization: Bearer <key>`.',
  message: 'A valid API key is needed: send it as "Authorization: Bearer <key>".',
}) {
  /** Without a message where nobody knows better what was wrong. */
  constructor(message?: string) {
    super({}, message === undefined ? {} : { message });
  }
}

export class ForbiddenError extends domainError({
  code: 'forbidden',
  status: 403,
  title: 'The key does not allow this',
  description:
    'The key is valid, but of the wrong kind, of another agent, or limited to other scopes; the detail says which.',
  message: "This needs that agent's own API key.",
  wireCode: 'forbidden',
}) {
  /** What the key lacks; undefined where it is the wrong key, whatever its scopes. */
  readonly scope: Scope | undefined;

  constructor(message: string, scope?: Scope) {
    super({}, { message });
    this.scope = scope;
  }
}

export class InvalidInputError extends domainError({
  code: 'invalid_input',
  status: 422,
  title: 'The input is not valid',
  description: 'The input breaks a rule. Every problem is listed.',
  fields: {
    issues: {
      type: 'issues',
      description: 'Everything that is wrong.',
      example: [
        { path: 'input.displayName', message: 'is required' },
        { path: 'input.handle', message: 'must be 3 to 64 characters of a–z, 0–9 and "."' },
      ],
    },
  },
  message: ({ issues }) =>
    issues.length === 1
      ? `The input has a problem: ${issues[0]?.path}: ${issues[0]?.message}`
      : `The input has ${issues.length} problems.`,
  graphqlType: 'InvalidInputError',
  wireCode: 'invalid_message',
}) {
  constructor(issues: readonly InputIssue[]) {
    super({ issues });
  }
}

export class HandleTakenError extends domainError({
  code: 'handle_taken',
  status: 409,
  title: 'The handle is taken',
  description: 'Another agent has the handle.',
  fields: { handle: { type: 'text', description: 'The handle that is taken.', example: 'marius.exec' } },
  message: ({ handle }) => `The handle "${handle}" is taken.`,
  graphqlType: 'HandleTakenError',
}) {
  constructor(handle: string) {
    super({ handle });
  }
}

export class AgentNotFoundError extends domainError({
  code: 'agent_not_found',
  status: 404,
  title: 'No such agent',
  description: 'There is no such agent.',
  fields: {
    handle: { type: 'text', description: 'The handle, or the id, that no agent has.', example: 'marius.exec' },
  },
  message: ({ handle }) => `There is no agent "${handle}".`,
  graphqlType: 'AgentNotFoundError',
}) {
  /** What is longer than a handle is cut: it may be anything. With `expectedId` it was to be the agent of that id. */
  constructor(idOrHandle: string, expectedId: string | null = null) {
    const isLong = idOrHandle.length > HANDLE_MAX_LENGTH;
    const handle = isLong ? `${idOrHandle.slice(0, HANDLE_MAX_LENGTH)}…` : idOrHandle;
    super(
      { handle },
      expectedId === null ? {} : { message: `There is no agent "${handle}" with the id ${expectedId}.` },
    );
  }
}

export class SenderNotFoundError extends domainError({
  code: 'sender_not_found',
  status: 404,
  title: 'No such sender',
  description: 'There is no such sender.',
  message: 'There is no such sender.',
  graphqlType: 'SenderNotFoundError',
}) {}

const CLOSED = {
  closed: 'Registration is closed here. Ask whoever runs the platform.',
  invite: 'Registration needs an invitation here: send its code as "invitation".',
} as const;

export class RegistrationClosedError extends domainError({
  code: 'registration_closed',
  status: 403,
  title: 'Registration is not open to everybody',
  description:
    'Registration needs an invitation here, and there was none, or is closed; the detail says which. Owners register agents of theirs all the same.',
  message: CLOSED.closed,
  graphqlType: 'RegistrationClosedError',
}) {
  constructor(mode: keyof typeof CLOSED) {
    super({}, { message: CLOSED[mode] });
  }
}

const WORK = {
  missing: 'Registration needs a proof of work here.',
  invalid:
    'The proof of work does not hold: it is of another challenge, of one that has expired, or has too few zero bits.',
  spent: 'The proof of work was used already.',
} as const;

export class WorkRequiredError extends domainError({
  code: 'work_required',
  status: 428,
  title: 'Registration needs a proof of work',
  description:
    'Who registers solves a challenge first: there was no proof, or it does not hold, has expired or was used already. Find a text with which the SHA-256 of challenge, colon and text begins with so many zero bits, and send the three as `proofOfWork` (`proof_of_work` over REST) within ten minutes. Owners, administrators and whoever was invited need none.',
  fields: {
    challenge: {
      type: 'text',
      description: 'A new challenge to solve.',
      example: '20.1735689600.q83vEjRWeJq83vEj.3q2-78r-ut7erb7vyv663g',
    },
    bits: { type: 'count', description: 'How many zero bits the SHA-256 is to begin with.', example: 20 },
  },
  message: WORK.missing,
  graphqlType: 'WorkRequiredError',
}) {
  constructor(challenge: string, bits: number, why: keyof typeof WORK) {
    const how = `Find a text with which the SHA-256 of "${challenge}:<text>" begins with ${bits} zero bits, and send that as the proof of work.`;
    super({ challenge, bits }, { message: `${WORK[why]} ${how}` });
  }
}

export class InvitationNotFoundError extends domainError({
  code: 'invitation_not_found',
  status: 404,
  title: 'No such invitation',
  description: 'There is no such invitation.',
  message: 'There is no such invitation.',
  graphqlType: 'InvitationNotFoundError',
}) {}

export class SuspendedError extends domainError({
  code: 'suspended',
  status: 403,
  title: 'Suspended by an administrator',
  description:
    'An administrator has stopped the sender, or the agent; the detail says which, and only they know why. What is open waits, and goes on once they have taken it back.',
  message: 'An administrator has suspended the agent.',
  graphqlType: 'SuspendedError',
  closeCode: 4201,
}) {
  constructor(who: 'sender' | 'agent') {
    super({}, { message: `An administrator has suspended the ${who}.` });
  }
}

export class AgentNotConnectedError extends domainError({
  code: 'agent_not_connected',
  status: 503,
  title: 'The agent is not connected',
  description: 'The agent holds no channel, and the request was not to be queued. Nothing was kept.',
  message: 'The agent is not connected. Try again later, or submit with whenOffline QUEUE to leave the request for it.',
  retryable: true,
  retryAfterSeconds: 5,
  graphqlType: 'AgentNotConnectedError',
}) {}

export class AgentQuarantinedError extends domainError({
  code: 'agent_quarantined',
  status: 503,
  title: 'The agent takes no such requests for now',
  description:
    "The agent's contract or its policies were ended too often by the budget of computing that they have, so the platform evaluates them for nothing that takes computing for a while. It is not the request's doing: nothing was decided and nothing was kept. It may work after `Retry-After` seconds, or sooner, once the agent's owner has published another version or has lifted it.",
  fields: {
    retryAfterSeconds: {
      type: 'seconds',
      description: 'In how many seconds it ends by itself at the latest.',
      example: 2_400,
    },
  },
  message:
    "The agent's contract or policies have taken more computing than they may, too often, and are not evaluated for this for now. It is not your request's doing, and nothing was kept: its owner has been told.",
  retryable: true,
  graphqlType: 'AgentQuarantinedError',
}) {
  constructor(retryAfterSeconds: number) {
    super({ retryAfterSeconds: Math.max(1, Math.ceil(retryAfterSeconds)) });
  }
}

export class RequestRejectedError extends domainError({
  code: 'request_rejected',
  status: 422,
  title: 'The pipeline rejected the request',
  description:
    'The pipeline said no. The request is kept, with its log, unless more of them are rejected in a minute than are kept.',
  fields: {
    stage: {
      type: 'text',
      description: 'The stage that said no: policy_engine, capability_sandbox, …',
      example: 'policy_engine',
    },
    kind: {
      type: 'denialKind',
      description: 'Why, for programs; absent from what was rejected before kinds were recorded.',
      example: 'POLICY',
    },
    reason: { type: 'text', description: 'Why, in one sentence.', example: 'Sender is blocked' },
    issues: {
      type: 'issues',
      description: 'Everything that is wrong with the params, at most 20; none where it is about something else.',
      example: [
        { path: 'params.title', message: 'is required' },
        { path: 'params.duration_minutes', message: 'must be at most 120' },
      ],
    },
    requestId: {
      type: 'id',
      description: 'The rejected request, whose log says more where it is kept.',
      example: '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071',
    },
    kept: {
      type: 'flag',
      description:
        'Whether the request is kept. Where it is not, nothing is found under its id, and its idempotency key is as if it had not been used.',
      example: true,
    },
  },
  message: ({ stage, reason }) => `The request was rejected by ${stage}: ${reason}`,
  graphqlType: 'RequestRejectedError',
}) {
  /** Whether it was rejected before, under the same idempotency key. */
  isReplay = false;
}

export class RequestNotFoundError extends domainError({
  code: 'request_not_found',
  status: 404,
  title: 'No such request',
  description: "There is no such request, or it is not the caller's.",
  message: 'There is no such request.',
  graphqlType: 'RequestNotFoundError',
  wireCode: 'request_not_found',
}) {}

export class RequestFinishedError extends domainError({
  code: 'request_finished',
  status: 409,
  title: 'The request is already final',
  description: 'It already has its final state.',
  fields: { status: { type: 'finalStatus', description: 'The final state that it has.', example: 'COMPLETED' } },
  message: ({ status }) => `The request is already ${status.toLowerCase()}.`,
  graphqlType: 'RequestFinishedError',
  wireCode: 'request_finished',
}) {
  constructor(status: FinalStatus) {
    super({ status });
  }
}

export class InvalidResultError extends domainError({
  code: 'invalid_result',
  status: 422,
  title: 'The result does not match the contract',
  description:
    'The contract that the request was let in by says what results of its action are, and this one is not so, or could not be checked within the budget. The request has ended as failed, with the code `invalid_result`; its sender is told no more than that.',
  fields: {
    issues: {
      type: 'issues',
      description: 'What is wrong with the result, at most 20.',
      example: [{ path: 'result.starts_at', message: 'is required' }],
    },
  },
  message: ({ issues: [first, ...others] }) => {
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    return `The result does not match the contract: ${first?.path} ${first?.message}${more}. The request has ended as failed, with the code invalid_result.`;
  },
  graphqlType: 'InvalidResultError',
  wireCode: 'invalid_result',
}) {
  constructor(issues: readonly InputIssue[]) {
    super({ issues });
  }
}

export class ApprovalNotFoundError extends domainError({
  code: 'approval_not_found',
  status: 404,
  title: 'No such approval',
  description: 'There is no such approval, or it is not one that the caller may see or decide about.',
  message: 'There is no such approval.',
  graphqlType: 'ApprovalNotFoundError',
}) {}

export class ApprovalChangedError extends domainError({
  code: 'approval_changed',
  status: 409,
  title: 'The approval is not what was looked at',
  description:
    'What would be done, or what it is bound to, is not what the digest that was sent stands for. Nothing was decided: look at it again, and decide with the new digest.',
  fields: {
    digest: {
      type: 'text',
      description: 'Of what is to be looked at now.',
      example: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    },
  },
  message: 'The approval is not what was looked at. Look at it again before deciding.',
  graphqlType: 'ApprovalChangedError',
}) {
  constructor(digest: string) {
    super({ digest });
  }
}

export class ApprovalDecidedError extends domainError({
  code: 'approval_decided',
  status: 409,
  title: 'The approval is over',
  description: 'It was decided before, or ended otherwise; `status` says how.',
  fields: { status: { type: 'approvalStatus', description: 'How the approval ended.', example: 'APPROVED' } },
  message: ({ status }) => `The approval is already ${status.toLowerCase()}.`,
  graphqlType: 'ApprovalDecidedError',
}) {
  constructor(status: ApprovalStatus) {
    super({ status });
  }
}

export class AuditEntryNotFoundError extends domainError({
  code: 'audit_entry_not_found',
  status: 404,
  title: 'No such entry',
  description: 'There is no such entry of the audit trail, or it is not one that the caller may see.',
  message: 'There is no such entry of the audit trail.',
}) {}

export class NotSealedError extends domainError({
  code: 'not_sealed',
  status: 409,
  title: 'Not sealed yet',
  description:
    'What is asked for is not sealed into the tree of the audit trail yet, which ordinarily takes a second; the first heads come with the day (UTC) after the first entry. Ask again.',
  fields: {
    retryAfterSeconds: { type: 'seconds', description: 'In how many seconds to ask again.', example: 1 },
  },
  message: 'That is not sealed into the audit trail yet. Ask again in a second.',
  retryable: true,
}) {
  constructor(retryAfterSeconds = 1, message?: string) {
    super({ retryAfterSeconds }, message === undefined ? {} : { message });
  }
}

export class ApiKeyNotFoundError extends domainError({
  code: 'api_key_not_found',
  status: 404,
  title: 'No such API key',
  description: "There is no such key, or it is not the caller's.",
  message: 'There is no such API key.',
  graphqlType: 'ApiKeyNotFoundError',
}) {}

export class AdminNotFoundError extends domainError({
  code: 'admin_not_found',
  status: 404,
  title: 'No such administrator',
  description: 'There is no administrator of that id, or it was removed.',
  message: 'There is no such administrator.',
  graphqlType: 'AdminNotFoundError',
}) {}

export class WebhookNotFoundError extends domainError({
  code: 'webhook_not_found',
  status: 404,
  title: 'No such webhook',
  description: 'The agent has no webhook of that name.',
  message: 'There is no such webhook.',
  graphqlType: 'WebhookNotFoundError',
}) {}

export class ApproverNotFoundError extends domainError({
  code: 'approver_not_found',
  status: 404,
  title: 'No such approver',
  description: "There is no such approver, it was removed, or it is not the caller's.",
  message: 'There is no such approver.',
  graphqlType: 'ApproverNotFoundError',
}) {}

export class SenderLimitNotFoundError extends domainError({
  code: 'sender_limit_not_found',
  status: 404,
  title: 'No limit of its own',
  description: 'The sender has no limit of its own at the agent.',
  message: 'The sender has no limit of its own at this agent.',
  graphqlType: 'SenderLimitNotFoundError',
}) {}

export class RateLimitedError extends domainError({
  code: 'rate_limited',
  status: 429,
  title: 'Too many requests',
  description: 'Too many calls in too short a time.',
  fields: {
    retryAfterSeconds: { type: 'seconds', description: 'In how many seconds to try again.', example: 12 },
    violatedPolicies: {
      type: 'texts',
      description:
        'Which limits were met: `agent` is set by its owner, `cost` is what the caller’s calls may cost together, `computing`, `storage`, `submissions` and the others are the platform’s; none where it is about places and not about time.',
      example: ['cost'],
    },
  },
  message: ({ retryAfterSeconds }) => `Too many requests. Try again in ${Math.ceil(retryAfterSeconds)} s.`,
  retryable: true,
  graphqlType: 'RateLimitedError',
}) {
  /** `met` says which bound was met, for the caller. */
  constructor(retryAfterSeconds: number, met?: string, violatedPolicies: readonly string[] = []) {
    const message = met === undefined ? {} : { message: `${met} Try again in ${Math.ceil(retryAfterSeconds)} s.` };
    super({ retryAfterSeconds, violatedPolicies }, message);
  }
}

export class BlockedError extends domainError({
  code: 'blocked',
  status: 403,
  title: 'The sender is blocked',
  description: "The agent's owner takes nothing from this sender.",
  message: 'This agent takes no requests from this sender.',
  graphqlType: 'BlockedError',
}) {}

export class TooManyChannelsError extends domainError({
  code: 'too_many_channels',
  status: 409,
  title: 'The agent holds as many channels as it may',
  description: 'An agent may hold so many channels at once, on all nodes together. Close one first.',
  message: 'The agent holds as many channels as it may; close one first.',
  closeCode: 4009,
}) {
  constructor(limit: number) {
    super({}, { message: `An agent may hold ${limit} channels at once; close one first.` });
  }
}

export class UnavailableError extends domainError({
  code: 'unavailable',
  status: 503,
  title: 'The platform cannot answer now',
  description: 'The database cannot be reached, or this node is shutting down. Try again after `Retry-After` seconds.',
  fields: {
    retryAfterSeconds: { type: 'seconds', description: 'In how many seconds to try again.', example: 2 },
  },
  message: 'The platform cannot reach its database. Try again in a moment.',
  retryable: true,
  wireCode: 'unavailable',
  closeCode: 1013,
}) {
  /** What keeps the database from answering, in words for an operator; null where that is not known. */
  readonly reason: string | null;

  constructor(
    message: string,
    retryAfterSeconds: number,
    { reason = null, ...options }: Pick<DomainErrorOptions, 'cause'> & { readonly reason?: string | null } = {},
  ) {
    super({ retryAfterSeconds }, { ...options, message });
    this.reason = reason;
  }
}

export class StorageFullError extends domainError({
  code: 'storage_full',
  status: 507,
  title: 'The platform has stored as much as it may',
  description:
    'What is stored is at its bound (STORAGE_MAX_BYTES), but for a reserve: nothing new is taken, no request, no registration and no document. What is under way goes on, and what makes room does. Nothing was kept of this; it may work once whoever runs the platform has made room.',
  message: 'The platform has stored as much as it may. Nothing was kept: try again once there is room.',
}) {}

export class OverloadedError extends domainError({
  code: 'overloaded',
  status: 503,
  title: 'The platform has too much to do just now',
  description:
    'There is more to do than can be done now, so this was not begun. Nothing was kept and nothing was changed: the same call may work after `Retry-After` seconds.',
  fields: {
    retryAfterSeconds: { type: 'seconds', description: 'In how many seconds to try again.', example: 1 },
  },
  message: 'The platform has too much to do just now. Nothing was kept: try again in a moment.',
  retryable: true,
  wireCode: 'overloaded',
  closeCode: 1013,
}) {
  /** `what` says, for the caller, what there is too much of. */
  constructor(retryAfterSeconds: number, what?: string, options: Pick<DomainErrorOptions, 'cause'> = {}) {
    const seconds = Math.max(1, Math.ceil(retryAfterSeconds));
    const message = what === undefined ? {} : { message: `${what} Nothing was kept: try again in ${seconds} s.` };
    super({ retryAfterSeconds }, { ...options, ...message });
  }
}
