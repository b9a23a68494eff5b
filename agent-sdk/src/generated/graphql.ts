/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Whether an agent can be reached now. */
export type AgentStatus =
  /** At least one channel is open, on any node. */
  | 'ACTIVE'
  /** No channel is open. */
  | 'INACTIVE';

/** Whom a key speaks for. */
export type ApiKeyKind =
  /** An agent: manages itself, opens its channel, answers its requests, and may submit to others. */
  | 'AGENT'
  /** An approver: decides what is held for approval of the agents that it was named for. */
  | 'APPROVER'
  /** An owner: manages its agents, and decides what is held for approval. */
  | 'OWNER'
  /** A sender: submits requests and follows them. */
  | 'SENDER';

/** Where an approval stands. REST writes these in lower case. All but PENDING are final. */
export type ApprovalStatus =
  /** As many as must have approved it: the request goes to the agent. */
  | 'APPROVED'
  /** The request was called off. */
  | 'CANCELLED'
  /** Somebody denied it. */
  | 'DENIED'
  /** Nobody decided in time, which is a refusal. */
  | 'EXPIRED'
  /** People are asked. */
  | 'PENDING'
  /** The rules in force said no when it was decided. */
  | 'REJECTED';

/** What somebody decides about what is held. */
export type ApprovalVerdict =
  /** It is to be done. */
  | 'APPROVE'
  /** It is not; one who says so is enough. */
  | 'DENY';

/** Which request to cancel. */
export type CancelRequestInput = {
  /** Why; the agent is told. At most 500 characters. */
  reason?: string | null | undefined;
  /** The request's id. */
  requestId: string;
};

/** What to say of an action, for whoever decides whether to ask for it. */
export type CapabilityHintsInput = {
  /** Whether it may destroy something, rather than only add to what is there. Null where it is not said. */
  destructive?: boolean | null | undefined;
  /** Whether doing it again with the same params changes nothing more. Null where it is not said. */
  idempotent?: boolean | null | undefined;
  /** Whether it deals with things outside of what the agent has, such as the web. Null where it is not said. */
  openWorld?: boolean | null | undefined;
  /** Whether it changes nothing. Null where it is not said. */
  readOnly?: boolean | null | undefined;
};

/** One action to offer. */
export type CapabilityInput = {
  /** The name that requests name it by, such as "calendar.schedule". At most 128 characters. */
  action: string;
  /** `max_<param>` and `min_<param>` bounds on numeric params, inclusive. {} when left out. */
  constraints?: Record<string, unknown> | null | undefined;
  /** What it does, for those who look the agent up. At most 8,000 characters. */
  description?: string | null | undefined;
  /** What the agent says of it, for whoever asks for it. {} when left out. */
  hints?: CapabilityHintsInput | null | undefined;
  /** JSON Schema (draft 4 to 2020-12) that the params must fit; {} lets anything pass. {} when left out. */
  paramsSchema?: Record<string, unknown> | null | undefined;
  /** How the result is to be read. json: it is any value. content: it is `{ content, structured }`, a list of at most 64 blocks (text, image, audio, link, resource) for people and models, and a value for programs, which there must be with a result schema. JSON when left out. */
  resultFormat?: ResultFormat | null | undefined;
  /** JSON Schema (draft 4 to 2020-12) of the result, of `structured` where its format is content. Null where nothing is said of it. */
  resultSchema?: Record<string, unknown> | null | undefined;
  /** The name of the param that takes the text of a message that is nothing but text; at most one action of a contract has one. At most 200 characters. */
  textParam?: string | null | undefined;
  /** What people call it, such as "Schedule a meeting". At most 200 characters. */
  title?: string | null | undefined;
};

/** A further key: for the caller itself, or for the one holder that is named. */
export type CreateApiKeyInput = {
  /** Whose it is to be: that agent, by id or handle, for itself or its owner. */
  agentId?: string | null | undefined;
  /** Whose it is to be: that approver, for its owner. */
  approverId?: string | null | undefined;
  /** When it stops being valid; null if never. */
  expiresAt?: string | null | undefined;
  /** What its maker calls it; null for nothing. At most 100 characters. */
  label?: string | null | undefined;
  /** Whose it is to be: that owner. */
  ownerId?: string | null | undefined;
  /** What it may do, of what the key may that makes it; all of that when left out. At most 10. */
  scopes?: Array<string> | null | undefined;
  /** Whose it is to be: that sender. */
  senderId?: string | null | undefined;
};

/** What is decided about what. */
export type DecideApprovalInput = {
  /** The approval's id. */
  approvalId: string;
  /** Why; for the agent's owner. At most 500 characters. */
  comment?: string | null | undefined;
  /** Of what was looked at, as the approval has it: whoever decides about anything else is told so. At most 100 characters. */
  digest: string;
  /** What is to be done in place of the params that were asked for, where the agent’s settings allow it: checked as any other, and the only ones that the agent gets. Null for what was looked at. */
  params?: Record<string, unknown> | null | undefined;
  /** Makes a rule that lets the same pass from now on without anybody being asked, and publishes it with the decision that approves it. For the agent’s owner and administrators; null for no such rule. */
  remember?: RememberInput | null | undefined;
  /** What the sender is told. At most 500 characters. */
  toSender?: string | null | undefined;
  /** Whether it is to be done. */
  verdict: ApprovalVerdict;
};

/** Why the pipeline denied a request. REST writes these in lower case. */
export type DenialKind =
  /** People did not approve it, or not the same a while ago. */
  | 'APPROVAL_DENIED'
  /** The agent’s owner blocked the sender while the request was held. */
  | 'BLOCKED'
  /** The params are over a constraint of the action. */
  | 'BROKEN_CONSTRAINT'
  /** Of older requests: too many were being checked. That is answered OVERLOADED by now, and nothing is kept. */
  | 'BUSY'
  /** The params do not match the schema of the action, or cost too much to check. */
  | 'INVALID_PARAMS'
  /** In the log of a request that failed: its result did not match the contract. */
  | 'INVALID_RESULT'
  /** The agent has not published any capabilities. */
  | 'NO_CONTRACT'
  /** A policy rule of the agent rejects it, or none allows it. */
  | 'POLICY'
  /** The agent’s contract cannot be used; of older requests also: a stage failed, or took too long, which rejects nothing any more. */
  | 'STAGE_FAILED'
  /** The action is not one of the agent’s capabilities. */
  | 'UNKNOWN_ACTION';

/** What a matching rule does. */
export type PolicyAction =
  /** Matters where defaultAction is REJECT. */
  | 'ALLOW'
  /** Deny overrides: one matching reject rule rejects, whatever else matches. */
  | 'REJECT'
  /** Hold the request for a human; weaker than REJECT, stronger than ALLOW. */
  | 'REQUIRE_APPROVAL'
  /** Take away what REQUIRE_APPROVAL holds, by a rule or as the default action: weaker than REJECT, and no leave by itself. No default action. */
  | 'WAIVE_APPROVAL';

/** One rule, with exactly one of condition and cel. */
export type PolicyRuleInput = {
  /** What the rule does when it matches: reject overrides waive_approval, which takes away what require_approval holds, which overrides allow. */
  action: PolicyAction;
  /** When the rule matches, in CEL (Common Expression Language, cel.dev), such as `params.attendees.all(a, a.email.endsWith("@acme.com"))`. Null where condition is given. At most 2,000 characters. */
  cel?: string | null | undefined;
  /** When the rule matches, in the language of conditions, such as `params_amount > 100`: variables such as sender_id, action and params_<field>, and == != < <= > >=, and or not, in [..], + - * / %, a ? b : c, True False None. Null where cel is given. At most 500 characters. */
  condition?: string | null | undefined;
  /** From when on the rule applies to nothing any more; null for never. */
  expiresAt?: string | null | undefined;
  /** The approval that the rule was made from by "approve and remember": the platform’s word. A rule in force may be published again with it, as it is; on any other it is refused. */
  madeFrom?: string | null | undefined;
  /** The rule matches only requests that have all these params and no other, by their names. Null where it does not matter which they have. At most 100. */
  onlyParams?: Array<string> | null | undefined;
  /** What the sender is told. At most 500 characters. */
  reason?: string | null | undefined;
};

/** The next version of an agent’s contract. */
export type PublishCapabilitiesInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** All actions that the agent is to offer. At most 256. */
  capabilities: Array<CapabilityInput>;
  /** Whether only to say what publishing would find: nothing is published. false when left out. */
  check?: boolean | null | undefined;
};

/** The next version of an agent's rules. */
export type PublishPoliciesInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** Whether only to say what publishing would find: nothing is published. false when left out. */
  check?: boolean | null | undefined;
  /** What a request gets that no rule matches. ALLOW when left out. */
  defaultAction?: PolicyAction | null | undefined;
  /** All rules that are to be in force. At most 100. */
  rules: Array<PolicyRuleInput>;
};

/** An agent to register. */
export type RegisterAgentInput = {
  /** What it is for. At most 2,000 characters. */
  description?: string | null | undefined;
  /** Its name for people. At most 200 characters. */
  displayName: string;
  /** What senders address it by, globally unique: 3 to 64 characters of a–z, 0–9 and ".", the first and the last a letter or a digit. */
  handle: string;
  /** An invitation’s code, where the platform asks for one; ignored where it does not. */
  invitation?: string | null | undefined;
  /** Whose it is to be: administrators may say so; anybody else leaves it out. */
  ownerId?: string | null | undefined;
  /** A proof of work, where the platform asks for one: a challenge, a colon and a text with which its SHA-256 begins with as many zero bits as were asked for; ignored where it asks for none. */
  proofOfWork?: string | null | undefined;
};

/** A sender to register. */
export type RegisterSenderInput = {
  /** Its name for people. At most 200 characters. */
  displayName: string;
  /** An invitation’s code, where the platform asks for one; ignored where it does not. */
  invitation?: string | null | undefined;
  /** A proof of work, where the platform asks for one: a challenge, a colon and a text with which its SHA-256 begins with as many zero bits as were asked for; ignored where it asks for none. */
  proofOfWork?: string | null | undefined;
};

/** What later requests may have in a param. REST writes these in lower case. */
export type RememberAs =
  /** Any number, true or false, or any of the values that the contract lists; no other text. */
  | 'ANY'
  /** A number within min and max, which the approved one is. */
  | 'BOUND'
  /** The value that was approved. */
  | 'VALUE';

/** What is asked of later requests before they pass without anybody being asked. */
export type RememberInput = {
  /** Until when it counts: within 365 days from now, and 30 days from now where it is left out. */
  expiresAt?: string | null | undefined;
  /** Params that may be another than what was approved; all others are bound to their value. At most 100. */
  params: Array<RememberParamInput>;
};

/** What later requests may have in one param. */
export type RememberParamInput = {
  /** What later requests may have in it: the same value, a number within min and max, or anything. A param that is not named is VALUE. */
  as: RememberAs;
  /** The name of the param. At most 200 characters. */
  field: string;
  /** With BOUND, the most that it may be; null for no such bound. */
  max?: number | null | undefined;
  /** With BOUND, the least that it may be; null for no such bound. */
  min?: number | null | undefined;
};

/**
 * REST and the raw WebSocket write these in lower case.
 * PENDING → AWAITING_APPROVAL → DISPATCHED → ACKED → COMPLETED | FAILED, and from any of the
 * non-final ones → REJECTED | CANCELLED | TIMEOUT. Final states never change.
 */
export type RequestStatus =
  /** The agent has it and works on it. */
  | 'ACKED'
  /** Held for a human by a policy rule. */
  | 'AWAITING_APPROVAL'
  /** Called off before it was finished. Final. */
  | 'CANCELLED'
  /** Done; see `result`. Final. */
  | 'COMPLETED'
  /** Delivered to a channel, and not acknowledged yet. */
  | 'DISPATCHED'
  /** The agent could not do it, or nobody took it; see `error`. Final. */
  | 'FAILED'
  /** Accepted, and waiting for a channel of the agent. */
  | 'PENDING'
  /** The pipeline said no; see `pipelineLog`. Final. */
  | 'REJECTED'
  /** Not finished before `expiresAt`. Final. */
  | 'TIMEOUT';

/** How the result of an action is to be read. */
export type ResultFormat =
  /** It is `{ content, structured }`: a list of blocks that people and models read, and a value for programs, which there must be with a resultSchema. */
  | 'CONTENT'
  /** It is any value. */
  | 'JSON';

/** Which key to revoke. */
export type RevokeApiKeyInput = {
  /** The key's id. */
  apiKeyId: string;
};

/** Which key to replace, and how long it goes on. */
export type RotateApiKeyInput = {
  /** The key that is to be replaced. */
  apiKeyId: string;
  /** How long it goes on beside the new one, 0 to 2,592,000; no longer than it was to live. 86400 when left out. */
  overlapSeconds?: number | null | undefined;
};

/** Who asks. */
export type SenderKind =
  /** An agent, on its own behalf. */
  | 'AGENT'
  /** A sender. */
  | 'SENDER';

/** What to ask of which agent. */
export type SubmitRequestInput = {
  /** One of the actions that its contract offers, such as "calendar.schedule". At most 128 characters. */
  action: string;
  /** What it belongs to, such as a conversation: a text of the sender’s own. At most 128 characters. */
  contextId?: string | null | undefined;
  /** The id that the agent must have: the request is refused where the handle is another agent’s by now. */
  expectedAgentId?: string | null | undefined;
  /** After so long an unfinished request times out: 1 up to REQUEST_EXPIRY_MAX_SECONDS; REQUEST_EXPIRY_SECONDS when left out. */
  expiresInSeconds?: number | null | undefined;
  /** The agent's handle, or its id. */
  handle: string;
  /** The same key from the same sender answers with the first request again, for 24 hours. At most 255 characters. */
  idempotencyKey?: string | null | undefined;
  /** Its params, at most 64 KiB as JSON. {} when left out. */
  params?: Record<string, unknown> | null | undefined;
  /** What happens when the agent holds no channel: the caller is told so and nothing is kept, or the request waits for it. REJECT when left out. */
  whenOffline?: WhenOffline | null | undefined;
};

/** What happens to a request whose agent holds no channel. */
export type WhenOffline =
  /** Keep it until the agent connects or the request expires. */
  | 'QUEUE'
  /** Answer AgentNotConnectedError (REST: 503). The default. */
  | 'REJECT';

export type ApprovalStateFragment = { id: string, status: ApprovalStatus, digest: string, quorum: number, isEditable: boolean, mayDecide: boolean, policyVersion: number, contractVersion: number, effectiveParams: Record<string, unknown> | null, toSender: string | null, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, suggestedRule: { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null, request: { id: string, action: string, params: Record<string, unknown>, handle: string, senderId: string, createdAt: string }, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } } };

export type ReadApprovalQueryVariables = Exact<{
  approvalId: string;
}>;


export type ReadApprovalQuery = { approval: { id: string, status: ApprovalStatus, digest: string, quorum: number, isEditable: boolean, mayDecide: boolean, policyVersion: number, contractVersion: number, effectiveParams: Record<string, unknown> | null, toSender: string | null, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, suggestedRule: { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null, request: { id: string, action: string, params: Record<string, unknown>, handle: string, senderId: string, createdAt: string }, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } } } | null };

export type ListApprovalsQueryVariables = Exact<{
  status?: Array<ApprovalStatus> | ApprovalStatus | null | undefined;
  agentId?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type ListApprovalsQuery = { approvals: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: ApprovalStatus, digest: string, quorum: number, isEditable: boolean, mayDecide: boolean, policyVersion: number, contractVersion: number, effectiveParams: Record<string, unknown> | null, toSender: string | null, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, suggestedRule: { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null, request: { id: string, action: string, params: Record<string, unknown>, handle: string, senderId: string, createdAt: string }, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } } } }> } };

export type ApprovalActivitySubscriptionVariables = Exact<{
  agentId?: string | null | undefined;
}>;


export type ApprovalActivitySubscription = { approvalActivity: { id: string, status: ApprovalStatus, digest: string, quorum: number, isEditable: boolean, mayDecide: boolean, policyVersion: number, contractVersion: number, effectiveParams: Record<string, unknown> | null, toSender: string | null, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, suggestedRule: { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null, request: { id: string, action: string, params: Record<string, unknown>, handle: string, senderId: string, createdAt: string }, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } } } };

export type DecideApprovalMutationVariables = Exact<{
  input: DecideApprovalInput;
}>;


export type DecideApprovalMutation = { decideApproval:
    | { __typename: 'AgentQuarantinedError', retryAfterSeconds: number, message: string }
    | { __typename: 'ApprovalChangedError', digest: string, message: string }
    | { __typename: 'ApprovalDecidedError', message: string, approvalStatus: ApprovalStatus }
    | { __typename: 'ApprovalNotFoundError', message: string }
    | { __typename: 'DecideApprovalSuccess', approval: { id: string, status: ApprovalStatus, digest: string, quorum: number, isEditable: boolean, mayDecide: boolean, policyVersion: number, contractVersion: number, effectiveParams: Record<string, unknown> | null, toSender: string | null, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, suggestedRule: { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null, request: { id: string, action: string, params: Record<string, unknown>, handle: string, senderId: string, createdAt: string }, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } } }, rememberedRule: { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
    | { __typename: 'RequestRejectedError', stage: string, kind: DenialKind | null, reason: string, requestId: string, kept: boolean, message: string, issues: Array<{ path: string, message: string }> }
   };

export type AuditCheckpointQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditCheckpointQuery = { auditCheckpoint: { note: string }, auditKeys: Array<{ key: string }> };

export type AuditConsistencyQueryVariables = Exact<{
  from: number;
  to: number;
}>;


export type AuditConsistencyQuery = { auditConsistency: Array<string> };

export type ListAuditEntriesQueryVariables = Exact<{
  agentId?: string | null | undefined;
  type?: Array<string> | string | null | undefined;
  requestId?: string | null | undefined;
  from?: string | null | undefined;
  to?: string | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type ListAuditEntriesQuery = { auditEntries: { edges: Array<{ node: { id: string, index: number | null, type: string, at: string, isSealed: boolean, agentId: string | null, senderId: string | null, requestId: string | null, data: Record<string, unknown>, details: Record<string, unknown> | null, canonical: string | null, actor: { kind: string, id: string | null, keyId: string | null }, subject: { kind: string, id: string | null } } }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } };

export type AuditProofQueryVariables = Exact<{
  entryId: string;
}>;


export type AuditProofQuery = { auditProof: string, auditKeys: Array<{ key: string }> };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent', id: string, status: AgentStatus }
    | { __typename: 'Approver' }
    | { __typename: 'Owner' }
    | { __typename: 'Sender' }
   | null };

export type AgentChannelSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type AgentChannelSubscription = { agentChannel:
    | { __typename: 'RequestCancel', requestId: string, reason: string }
    | { __typename: 'RequestReceived', requestId: string, action: string, params: Record<string, unknown>, senderId: string, contextId: string | null, attempt: number, expiresAt: string, traceparent: string | null, tracestate: string | null }
   };

export type AcknowledgeRequestMutationVariables = Exact<{
  requestId: string;
}>;


export type AcknowledgeRequestMutation = { acknowledgeRequest:
    | { __typename: 'AcknowledgeRequestSuccess' }
    | { __typename: 'RequestFinishedError', status: RequestStatus, message: string }
    | { __typename: 'RequestNotFoundError', message: string }
    | { __typename: 'SuspendedError', message: string }
   };

export type ReportProgressMutationVariables = Exact<{
  requestId: string;
  value: number;
  total?: number | null | undefined;
  message?: string | null | undefined;
}>;


export type ReportProgressMutation = { reportProgress:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'ReportProgressSuccess' }
    | { __typename: 'RequestFinishedError', status: RequestStatus, message: string }
    | { __typename: 'RequestNotFoundError', message: string }
    | { __typename: 'SuspendedError', message: string }
   };

export type CompleteRequestMutationVariables = Exact<{
  requestId: string;
  result?: unknown;
}>;


export type CompleteRequestMutation = { completeRequest:
    | { __typename: 'CompleteRequestSuccess' }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'InvalidResultError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RequestFinishedError', status: RequestStatus, message: string }
    | { __typename: 'RequestNotFoundError', message: string }
    | { __typename: 'SuspendedError', message: string }
   };

export type FailRequestMutationVariables = Exact<{
  requestId: string;
  code?: string | null | undefined;
  message: string;
}>;


export type FailRequestMutation = { failRequest:
    | { __typename: 'FailRequestSuccess' }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RequestFinishedError', status: RequestStatus, message: string }
    | { __typename: 'RequestNotFoundError', message: string }
    | { __typename: 'SuspendedError', message: string }
   };

export type RequestStateFragment = { id: string, status: RequestStatus, action: string, params: Record<string, unknown>, handle: string, senderId: string, contractId: string | null, contextId: string | null, result: unknown, attempts: number, createdAt: string, updatedAt: string, expiresAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }> };

export type RequestSummaryFragment = { id: string, status: RequestStatus, action: string, handle: string, senderId: string, createdAt: string, updatedAt: string, expiresAt: string, error: { code: string, message: string } | null };

export type CapabilityFragment = { action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } };

export type AgentProfileFragment = { id: string, handle: string, displayName: string, description: string | null, status: AgentStatus, capabilities: { version: number, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null };

export type PublishedContractFragment = { id: string, version: number, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> };

export type PublishedRuleFragment = { condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null };

export type PublishedPolicySetFragment = { id: string, version: number, defaultAction: PolicyAction, createdAt: string, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> };

export type KeyStateFragment = { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null };

export type IdentifyQueryVariables = Exact<{ [key: string]: never; }>;


export type IdentifyQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent', id: string, handle: string, displayName: string }
    | { __typename: 'Approver', id: string, displayName: string }
    | { __typename: 'Owner', id: string }
    | { __typename: 'Sender', id: string, displayName: string }
   | null };

export type ListKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type ListKeysQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent', apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> }
    | { __typename: 'Approver' }
    | { __typename: 'Owner', apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> }
    | { __typename: 'Sender', apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> }
   | null };

export type ListKeysOfQueryVariables = Exact<{
  agentId: string;
}>;


export type ListKeysOfQuery = { agent: { apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> } | null };

export type CreateKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateKeyMutation = { createApiKey:
    | { __typename: 'CreateApiKeySuccess', apiKey: string, key: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
   };

export type RotateKeyMutationVariables = Exact<{
  input: RotateApiKeyInput;
}>;


export type RotateKeyMutation = { rotateApiKey:
    | { __typename: 'ApiKeyNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
    | { __typename: 'RotateApiKeySuccess', apiKey: string, key: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }, former: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } }
   };

export type RevokeKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeKeyMutation = { revokeApiKey:
    | { __typename: 'ApiKeyNotFoundError', message: string }
    | { __typename: 'RevokeApiKeySuccess', key: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }, warnings: Array<{ path: string, message: string }> }
   };

export type RegisterAgentMutationVariables = Exact<{
  input: RegisterAgentInput;
}>;


export type RegisterAgentMutation = { registerAgent:
    | { __typename: 'HandleTakenError', handle: string, message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
    | { __typename: 'RegisterAgentSuccess', apiKey: string, ownerKey: string | null, agent: { id: string, handle: string, displayName: string, description: string | null, status: AgentStatus, capabilities: { version: number, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null } }
    | { __typename: 'RegistrationClosedError', message: string }
    | { __typename: 'WorkRequiredError', challenge: string, bits: number, message: string }
   };

export type RegisterSenderMutationVariables = Exact<{
  input: RegisterSenderInput;
}>;


export type RegisterSenderMutation = { registerSender:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
    | { __typename: 'RegisterSenderSuccess', apiKey: string, sender: { id: string, displayName: string } }
    | { __typename: 'RegistrationClosedError', message: string }
    | { __typename: 'WorkRequiredError', challenge: string, bits: number, message: string }
   };

export type PublishCapabilitiesMutationVariables = Exact<{
  input: PublishCapabilitiesInput;
}>;


export type PublishCapabilitiesMutation = { publishCapabilities:
    | { __typename: 'AgentNotFoundError', handle: string, message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'PublishCapabilitiesSuccess', contract: { id: string, version: number, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null, issues: Array<{ path: string, message: string }>, warnings: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
   };

export type PublishPoliciesMutationVariables = Exact<{
  input: PublishPoliciesInput;
}>;


export type PublishPoliciesMutation = { publishPolicies:
    | { __typename: 'AgentNotFoundError', handle: string, message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'PublishPoliciesSuccess', policySet: { id: string, version: number, defaultAction: PolicyAction, createdAt: string, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> } | null, issues: Array<{ path: string, message: string }>, warnings: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
   };

export type PublishedQueryVariables = Exact<{ [key: string]: never; }>;


export type PublishedQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent', id: string, handle: string, capabilities: { id: string, version: number, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null, policies: { id: string, version: number, defaultAction: PolicyAction, createdAt: string, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> } | null }
    | { __typename: 'Approver' }
    | { __typename: 'Owner' }
    | { __typename: 'Sender' }
   | null };

export type PublishedOfQueryVariables = Exact<{
  agentId: string;
}>;


export type PublishedOfQuery = { agent: { id: string, capabilities: { id: string, version: number, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null, policies: { id: string, version: number, defaultAction: PolicyAction, createdAt: string, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> } | null } | null };

export type ResolveAgentQueryVariables = Exact<{
  handle: string;
}>;


export type ResolveAgentQuery = { agent: { id: string, handle: string, displayName: string, description: string | null, status: AgentStatus, capabilities: { version: number, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null } | null };

export type ReadRequestQueryVariables = Exact<{
  requestId: string;
}>;


export type ReadRequestQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent' }
    | { __typename: 'Approver' }
    | { __typename: 'Owner' }
    | { __typename: 'Sender' }
   | null, request: { id: string, status: RequestStatus, action: string, params: Record<string, unknown>, handle: string, senderId: string, contractId: string | null, contextId: string | null, result: unknown, attempts: number, createdAt: string, updatedAt: string, expiresAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }> } | null };

export type RequestUpdatesSubscriptionVariables = Exact<{
  requestId: string;
}>;


export type RequestUpdatesSubscription = { requestUpdates: { id: string, status: RequestStatus, action: string, params: Record<string, unknown>, handle: string, senderId: string, contractId: string | null, contextId: string | null, result: unknown, attempts: number, createdAt: string, updatedAt: string, expiresAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }> } };

export type SubmitRequestMutationVariables = Exact<{
  input: SubmitRequestInput;
  asksAgent: boolean;
}>;


export type SubmitRequestMutation = { submitRequest:
    | { __typename: 'AgentNotConnectedError', message: string }
    | { __typename: 'AgentNotFoundError', handle: string, message: string }
    | { __typename: 'AgentQuarantinedError', retryAfterSeconds: number, message: string }
    | { __typename: 'BlockedError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string }
    | { __typename: 'RequestRejectedError', stage: string, kind: DenialKind | null, reason: string, requestId: string, kept: boolean, message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'SubmitRequestSuccess', replayed: boolean, request: { id: string, status: RequestStatus, action: string, params: Record<string, unknown>, handle: string, senderId: string, contractId: string | null, contextId: string | null, result: unknown, attempts: number, createdAt: string, updatedAt: string, expiresAt: string, agent?: { id: string } | null, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }> } }
    | { __typename: 'SuspendedError', message: string }
   };

export type CancelRequestMutationVariables = Exact<{
  input: CancelRequestInput;
}>;


export type CancelRequestMutation = { cancelRequest:
    | { __typename: 'CancelRequestSuccess', request: { id: string, status: RequestStatus, action: string, params: Record<string, unknown>, handle: string, senderId: string, contractId: string | null, contextId: string | null, result: unknown, attempts: number, createdAt: string, updatedAt: string, expiresAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }> } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RequestFinishedError', status: RequestStatus, message: string }
    | { __typename: 'RequestNotFoundError', message: string }
   };

export type ListRequestsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  status?: Array<RequestStatus> | RequestStatus | null | undefined;
  handle?: string | null | undefined;
  action?: string | null | undefined;
}>;


export type ListRequestsQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent' }
    | { __typename: 'Approver' }
    | { __typename: 'Owner' }
    | { __typename: 'Sender' }
   | null, requests: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: RequestStatus, action: string, handle: string, senderId: string, createdAt: string, updatedAt: string, expiresAt: string, error: { code: string, message: string } | null } }> } };

type DomainFailure_AdminNotFoundError_Fragment = { __typename: 'AdminNotFoundError', message: string };

type DomainFailure_AgentNotConnectedError_Fragment = { __typename: 'AgentNotConnectedError', message: string };

type DomainFailure_AgentNotFoundError_Fragment = { __typename: 'AgentNotFoundError', handle: string, message: string };

type DomainFailure_AgentQuarantinedError_Fragment = { __typename: 'AgentQuarantinedError', retryAfterSeconds: number, message: string };

type DomainFailure_ApiKeyNotFoundError_Fragment = { __typename: 'ApiKeyNotFoundError', message: string };

type DomainFailure_ApprovalChangedError_Fragment = { __typename: 'ApprovalChangedError', digest: string, message: string };

type DomainFailure_ApprovalDecidedError_Fragment = { __typename: 'ApprovalDecidedError', message: string, approvalStatus: ApprovalStatus };

type DomainFailure_ApprovalNotFoundError_Fragment = { __typename: 'ApprovalNotFoundError', message: string };

type DomainFailure_ApproverNotFoundError_Fragment = { __typename: 'ApproverNotFoundError', message: string };

type DomainFailure_BlockedError_Fragment = { __typename: 'BlockedError', message: string };

type DomainFailure_HandleTakenError_Fragment = { __typename: 'HandleTakenError', handle: string, message: string };

type DomainFailure_InvalidInputError_Fragment = { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> };

type DomainFailure_InvalidResultError_Fragment = { __typename: 'InvalidResultError', message: string, issues: Array<{ path: string, message: string }> };

type DomainFailure_InvitationNotFoundError_Fragment = { __typename: 'InvitationNotFoundError', message: string };

type DomainFailure_RateLimitedError_Fragment = { __typename: 'RateLimitedError', retryAfterSeconds: number, violatedPolicies: Array<string>, message: string };

type DomainFailure_RegistrationClosedError_Fragment = { __typename: 'RegistrationClosedError', message: string };

type DomainFailure_RequestFinishedError_Fragment = { __typename: 'RequestFinishedError', status: RequestStatus, message: string };

type DomainFailure_RequestNotFoundError_Fragment = { __typename: 'RequestNotFoundError', message: string };

type DomainFailure_RequestRejectedError_Fragment = { __typename: 'RequestRejectedError', stage: string, kind: DenialKind | null, reason: string, requestId: string, kept: boolean, message: string, issues: Array<{ path: string, message: string }> };

type DomainFailure_SenderLimitNotFoundError_Fragment = { __typename: 'SenderLimitNotFoundError', message: string };

type DomainFailure_SenderNotFoundError_Fragment = { __typename: 'SenderNotFoundError', message: string };

type DomainFailure_SuspendedError_Fragment = { __typename: 'SuspendedError', message: string };

type DomainFailure_WebhookNotFoundError_Fragment = { __typename: 'WebhookNotFoundError', message: string };

type DomainFailure_WorkRequiredError_Fragment = { __typename: 'WorkRequiredError', challenge: string, bits: number, message: string };

export type DomainFailureFragment =
  | DomainFailure_AdminNotFoundError_Fragment
  | DomainFailure_AgentNotConnectedError_Fragment
  | DomainFailure_AgentNotFoundError_Fragment
  | DomainFailure_AgentQuarantinedError_Fragment
  | DomainFailure_ApiKeyNotFoundError_Fragment
  | DomainFailure_ApprovalChangedError_Fragment
  | DomainFailure_ApprovalDecidedError_Fragment
  | DomainFailure_ApprovalNotFoundError_Fragment
  | DomainFailure_ApproverNotFoundError_Fragment
  | DomainFailure_BlockedError_Fragment
  | DomainFailure_HandleTakenError_Fragment
  | DomainFailure_InvalidInputError_Fragment
  | DomainFailure_InvalidResultError_Fragment
  | DomainFailure_InvitationNotFoundError_Fragment
  | DomainFailure_RateLimitedError_Fragment
  | DomainFailure_RegistrationClosedError_Fragment
  | DomainFailure_RequestFinishedError_Fragment
  | DomainFailure_RequestNotFoundError_Fragment
  | DomainFailure_RequestRejectedError_Fragment
  | DomainFailure_SenderLimitNotFoundError_Fragment
  | DomainFailure_SenderNotFoundError_Fragment
  | DomainFailure_SuspendedError_Fragment
  | DomainFailure_WebhookNotFoundError_Fragment
  | DomainFailure_WorkRequiredError_Fragment
;

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const PublishedRuleFragmentDoc = new TypedDocumentString(`
    fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}
    `, {"fragmentName":"PublishedRule"}) as unknown as TypedDocumentString<PublishedRuleFragment, unknown>;
export const ApprovalStateFragmentDoc = new TypedDocumentString(`
    fragment ApprovalState on Approval {
  id
  status
  digest
  holdReasons {
    stage
    rule
    reason
  }
  quorum
  isEditable
  mayDecide
  policyVersion
  contractVersion
  effectiveParams
  toSender
  revision
  createdAt
  expiresAt
  resolvedAt
  suggestedRule {
    ...PublishedRule
  }
  request {
    id
    action
    params
    handle
    senderId
    createdAt
  }
  sender {
    id
    kind
    displayName
    registeredAt
    isBlocked
    history {
      completed
      rejected
      denied
      first
      last
    }
  }
}
    fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}`, {"fragmentName":"ApprovalState"}) as unknown as TypedDocumentString<ApprovalStateFragment, unknown>;
export const RequestStateFragmentDoc = new TypedDocumentString(`
    fragment RequestState on Request {
  id
  status
  action
  params
  handle
  senderId
  contractId
  contextId
  progress {
    value
    total
    message
  }
  result
  error {
    code
    message
  }
  pipelineLog {
    stage
    passed
    kind
    reason
    issues {
      path
      message
    }
    durationMs
  }
  attempts
  createdAt
  updatedAt
  expiresAt
}
    `, {"fragmentName":"RequestState"}) as unknown as TypedDocumentString<RequestStateFragment, unknown>;
export const RequestSummaryFragmentDoc = new TypedDocumentString(`
    fragment RequestSummary on Request {
  id
  status
  action
  handle
  senderId
  error {
    code
    message
  }
  createdAt
  updatedAt
  expiresAt
}
    `, {"fragmentName":"RequestSummary"}) as unknown as TypedDocumentString<RequestSummaryFragment, unknown>;
export const CapabilityFragmentDoc = new TypedDocumentString(`
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}
    `, {"fragmentName":"Capability"}) as unknown as TypedDocumentString<CapabilityFragment, unknown>;
export const AgentProfileFragmentDoc = new TypedDocumentString(`
    fragment AgentProfile on Agent {
  id
  handle
  displayName
  description
  status
  capabilities {
    version
    capabilities {
      ...Capability
    }
  }
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}`, {"fragmentName":"AgentProfile"}) as unknown as TypedDocumentString<AgentProfileFragment, unknown>;
export const PublishedContractFragmentDoc = new TypedDocumentString(`
    fragment PublishedContract on CapabilityContract {
  id
  version
  capabilities {
    ...Capability
  }
  createdAt
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}`, {"fragmentName":"PublishedContract"}) as unknown as TypedDocumentString<PublishedContractFragment, unknown>;
export const PublishedPolicySetFragmentDoc = new TypedDocumentString(`
    fragment PublishedPolicySet on PolicySet {
  id
  version
  defaultAction
  rules {
    ...PublishedRule
  }
  createdAt
}
    fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}`, {"fragmentName":"PublishedPolicySet"}) as unknown as TypedDocumentString<PublishedPolicySetFragment, unknown>;
export const KeyStateFragmentDoc = new TypedDocumentString(`
    fragment KeyState on ApiKey {
  id
  kind
  label
  prefix
  scopes
  isLimited
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}
    `, {"fragmentName":"KeyState"}) as unknown as TypedDocumentString<KeyStateFragment, unknown>;
export const DomainFailureFragmentDoc = new TypedDocumentString(`
    fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}
    `, {"fragmentName":"DomainFailure"}) as unknown as TypedDocumentString<DomainFailureFragment, unknown>;
export const ReadApprovalDocument = new TypedDocumentString(`
    query ReadApproval($approvalId: ID!) {
  approval(id: $approvalId) {
    ...ApprovalState
  }
}
    fragment ApprovalState on Approval {
  id
  status
  digest
  holdReasons {
    stage
    rule
    reason
  }
  quorum
  isEditable
  mayDecide
  policyVersion
  contractVersion
  effectiveParams
  toSender
  revision
  createdAt
  expiresAt
  resolvedAt
  suggestedRule {
    ...PublishedRule
  }
  request {
    id
    action
    params
    handle
    senderId
    createdAt
  }
  sender {
    id
    kind
    displayName
    registeredAt
    isBlocked
    history {
      completed
      rejected
      denied
      first
      last
    }
  }
}
fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}`) as unknown as TypedDocumentString<ReadApprovalQuery, ReadApprovalQueryVariables>;
export const ListApprovalsDocument = new TypedDocumentString(`
    query ListApprovals($status: [ApprovalStatus!], $agentId: ID, $first: Int!, $after: String) {
  approvals(status: $status, agentId: $agentId, first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...ApprovalState
      }
    }
  }
}
    fragment ApprovalState on Approval {
  id
  status
  digest
  holdReasons {
    stage
    rule
    reason
  }
  quorum
  isEditable
  mayDecide
  policyVersion
  contractVersion
  effectiveParams
  toSender
  revision
  createdAt
  expiresAt
  resolvedAt
  suggestedRule {
    ...PublishedRule
  }
  request {
    id
    action
    params
    handle
    senderId
    createdAt
  }
  sender {
    id
    kind
    displayName
    registeredAt
    isBlocked
    history {
      completed
      rejected
      denied
      first
      last
    }
  }
}
fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}`) as unknown as TypedDocumentString<ListApprovalsQuery, ListApprovalsQueryVariables>;
export const ApprovalActivityDocument = new TypedDocumentString(`
    subscription ApprovalActivity($agentId: ID) {
  approvalActivity(agentId: $agentId) {
    ...ApprovalState
  }
}
    fragment ApprovalState on Approval {
  id
  status
  digest
  holdReasons {
    stage
    rule
    reason
  }
  quorum
  isEditable
  mayDecide
  policyVersion
  contractVersion
  effectiveParams
  toSender
  revision
  createdAt
  expiresAt
  resolvedAt
  suggestedRule {
    ...PublishedRule
  }
  request {
    id
    action
    params
    handle
    senderId
    createdAt
  }
  sender {
    id
    kind
    displayName
    registeredAt
    isBlocked
    history {
      completed
      rejected
      denied
      first
      last
    }
  }
}
fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}`) as unknown as TypedDocumentString<ApprovalActivitySubscription, ApprovalActivitySubscriptionVariables>;
export const DecideApprovalDocument = new TypedDocumentString(`
    mutation DecideApproval($input: DecideApprovalInput!) {
  decideApproval(input: $input) {
    __typename
    ... on DecideApprovalSuccess {
      approval {
        ...ApprovalState
      }
      rememberedRule {
        ...PublishedRule
      }
    }
    ...DomainFailure
  }
}
    fragment ApprovalState on Approval {
  id
  status
  digest
  holdReasons {
    stage
    rule
    reason
  }
  quorum
  isEditable
  mayDecide
  policyVersion
  contractVersion
  effectiveParams
  toSender
  revision
  createdAt
  expiresAt
  resolvedAt
  suggestedRule {
    ...PublishedRule
  }
  request {
    id
    action
    params
    handle
    senderId
    createdAt
  }
  sender {
    id
    kind
    displayName
    registeredAt
    isBlocked
    history {
      completed
      rejected
      denied
      first
      last
    }
  }
}
fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<DecideApprovalMutation, DecideApprovalMutationVariables>;
export const AuditCheckpointDocument = new TypedDocumentString(`
    query AuditCheckpoint {
  auditCheckpoint {
    note
  }
  auditKeys {
    key
  }
}
    `) as unknown as TypedDocumentString<AuditCheckpointQuery, AuditCheckpointQueryVariables>;
export const AuditConsistencyDocument = new TypedDocumentString(`
    query AuditConsistency($from: BigInt!, $to: BigInt!) {
  auditConsistency(from: $from, to: $to)
}
    `) as unknown as TypedDocumentString<AuditConsistencyQuery, AuditConsistencyQueryVariables>;
export const ListAuditEntriesDocument = new TypedDocumentString(`
    query ListAuditEntries($agentId: ID, $type: [String!], $requestId: ID, $from: DateTime, $to: DateTime, $first: Int, $after: String) {
  auditEntries(
    agentId: $agentId
    type: $type
    requestId: $requestId
    from: $from
    to: $to
    first: $first
    after: $after
  ) {
    edges {
      node {
        id
        index
        type
        at
        isSealed
        actor {
          kind
          id
          keyId
        }
        subject {
          kind
          id
        }
        agentId
        senderId
        requestId
        data
        details
        canonical
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<ListAuditEntriesQuery, ListAuditEntriesQueryVariables>;
export const AuditProofDocument = new TypedDocumentString(`
    query AuditProof($entryId: ID!) {
  auditProof(entryId: $entryId)
  auditKeys {
    key
  }
}
    `) as unknown as TypedDocumentString<AuditProofQuery, AuditProofQueryVariables>;
export const ViewerDocument = new TypedDocumentString(`
    query Viewer {
  viewer {
    __typename
    ... on Agent {
      id
      status
    }
  }
}
    `) as unknown as TypedDocumentString<ViewerQuery, ViewerQueryVariables>;
export const AgentChannelDocument = new TypedDocumentString(`
    subscription AgentChannel {
  agentChannel {
    __typename
    ... on RequestReceived {
      requestId
      action
      params
      senderId
      contextId
      attempt
      expiresAt
      traceparent
      tracestate
    }
    ... on RequestCancel {
      requestId
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<AgentChannelSubscription, AgentChannelSubscriptionVariables>;
export const AcknowledgeRequestDocument = new TypedDocumentString(`
    mutation AcknowledgeRequest($requestId: ID!) {
  acknowledgeRequest(input: {requestId: $requestId}) {
    __typename
    ...DomainFailure
  }
}
    fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<AcknowledgeRequestMutation, AcknowledgeRequestMutationVariables>;
export const ReportProgressDocument = new TypedDocumentString(`
    mutation ReportProgress($requestId: ID!, $value: Float!, $total: Float, $message: String) {
  reportProgress(
    input: {requestId: $requestId, value: $value, total: $total, message: $message}
  ) {
    __typename
    ...DomainFailure
  }
}
    fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<ReportProgressMutation, ReportProgressMutationVariables>;
export const CompleteRequestDocument = new TypedDocumentString(`
    mutation CompleteRequest($requestId: ID!, $result: JSON) {
  completeRequest(input: {requestId: $requestId, result: $result}) {
    __typename
    ...DomainFailure
  }
}
    fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<CompleteRequestMutation, CompleteRequestMutationVariables>;
export const FailRequestDocument = new TypedDocumentString(`
    mutation FailRequest($requestId: ID!, $code: String, $message: String!) {
  failRequest(input: {requestId: $requestId, code: $code, message: $message}) {
    __typename
    ...DomainFailure
  }
}
    fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<FailRequestMutation, FailRequestMutationVariables>;
export const IdentifyDocument = new TypedDocumentString(`
    query Identify {
  viewer {
    __typename
    ... on Agent {
      id
      handle
      displayName
    }
    ... on Approver {
      id
      displayName
    }
    ... on Owner {
      id
    }
    ... on Sender {
      id
      displayName
    }
  }
}
    `) as unknown as TypedDocumentString<IdentifyQuery, IdentifyQueryVariables>;
export const ListKeysDocument = new TypedDocumentString(`
    query ListKeys {
  viewer {
    __typename
    ... on Agent {
      apiKeys {
        ...KeyState
      }
    }
    ... on Owner {
      apiKeys {
        ...KeyState
      }
    }
    ... on Sender {
      apiKeys {
        ...KeyState
      }
    }
  }
}
    fragment KeyState on ApiKey {
  id
  kind
  label
  prefix
  scopes
  isLimited
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`) as unknown as TypedDocumentString<ListKeysQuery, ListKeysQueryVariables>;
export const ListKeysOfDocument = new TypedDocumentString(`
    query ListKeysOf($agentId: ID!) {
  agent(id: $agentId) {
    apiKeys {
      ...KeyState
    }
  }
}
    fragment KeyState on ApiKey {
  id
  kind
  label
  prefix
  scopes
  isLimited
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}`) as unknown as TypedDocumentString<ListKeysOfQuery, ListKeysOfQueryVariables>;
export const CreateKeyDocument = new TypedDocumentString(`
    mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on CreateApiKeySuccess {
      apiKey
      key {
        ...KeyState
      }
    }
    ...DomainFailure
  }
}
    fragment KeyState on ApiKey {
  id
  kind
  label
  prefix
  scopes
  isLimited
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<CreateKeyMutation, CreateKeyMutationVariables>;
export const RotateKeyDocument = new TypedDocumentString(`
    mutation RotateKey($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) {
    __typename
    ... on RotateApiKeySuccess {
      apiKey
      key {
        ...KeyState
      }
      former {
        ...KeyState
      }
    }
    ...DomainFailure
  }
}
    fragment KeyState on ApiKey {
  id
  kind
  label
  prefix
  scopes
  isLimited
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<RotateKeyMutation, RotateKeyMutationVariables>;
export const RevokeKeyDocument = new TypedDocumentString(`
    mutation RevokeKey($input: RevokeApiKeyInput!) {
  revokeApiKey(input: $input) {
    __typename
    ... on RevokeApiKeySuccess {
      key {
        ...KeyState
      }
      warnings {
        path
        message
      }
    }
    ...DomainFailure
  }
}
    fragment KeyState on ApiKey {
  id
  kind
  label
  prefix
  scopes
  isLimited
  createdAt
  expiresAt
  lastUsedAt
  revokedAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<RevokeKeyMutation, RevokeKeyMutationVariables>;
export const RegisterAgentDocument = new TypedDocumentString(`
    mutation RegisterAgent($input: RegisterAgentInput!) {
  registerAgent(input: $input) {
    __typename
    ... on RegisterAgentSuccess {
      agent {
        ...AgentProfile
      }
      apiKey
      ownerKey
    }
    ...DomainFailure
  }
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}
fragment AgentProfile on Agent {
  id
  handle
  displayName
  description
  status
  capabilities {
    version
    capabilities {
      ...Capability
    }
  }
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<RegisterAgentMutation, RegisterAgentMutationVariables>;
export const RegisterSenderDocument = new TypedDocumentString(`
    mutation RegisterSender($input: RegisterSenderInput!) {
  registerSender(input: $input) {
    __typename
    ... on RegisterSenderSuccess {
      sender {
        id
        displayName
      }
      apiKey
    }
    ...DomainFailure
  }
}
    fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<RegisterSenderMutation, RegisterSenderMutationVariables>;
export const PublishCapabilitiesDocument = new TypedDocumentString(`
    mutation PublishCapabilities($input: PublishCapabilitiesInput!) {
  publishCapabilities(input: $input) {
    __typename
    ... on PublishCapabilitiesSuccess {
      contract {
        ...PublishedContract
      }
      issues {
        path
        message
      }
      warnings {
        path
        message
      }
    }
    ...DomainFailure
  }
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}
fragment PublishedContract on CapabilityContract {
  id
  version
  capabilities {
    ...Capability
  }
  createdAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<PublishCapabilitiesMutation, PublishCapabilitiesMutationVariables>;
export const PublishPoliciesDocument = new TypedDocumentString(`
    mutation PublishPolicies($input: PublishPoliciesInput!) {
  publishPolicies(input: $input) {
    __typename
    ... on PublishPoliciesSuccess {
      policySet {
        ...PublishedPolicySet
      }
      issues {
        path
        message
      }
      warnings {
        path
        message
      }
    }
    ...DomainFailure
  }
}
    fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}
fragment PublishedPolicySet on PolicySet {
  id
  version
  defaultAction
  rules {
    ...PublishedRule
  }
  createdAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<PublishPoliciesMutation, PublishPoliciesMutationVariables>;
export const PublishedDocument = new TypedDocumentString(`
    query Published {
  viewer {
    __typename
    ... on Agent {
      id
      handle
      capabilities {
        ...PublishedContract
      }
      policies {
        ...PublishedPolicySet
      }
    }
  }
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}
fragment PublishedContract on CapabilityContract {
  id
  version
  capabilities {
    ...Capability
  }
  createdAt
}
fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}
fragment PublishedPolicySet on PolicySet {
  id
  version
  defaultAction
  rules {
    ...PublishedRule
  }
  createdAt
}`) as unknown as TypedDocumentString<PublishedQuery, PublishedQueryVariables>;
export const PublishedOfDocument = new TypedDocumentString(`
    query PublishedOf($agentId: ID!) {
  agent(id: $agentId) {
    id
    capabilities {
      ...PublishedContract
    }
    policies {
      ...PublishedPolicySet
    }
  }
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}
fragment PublishedContract on CapabilityContract {
  id
  version
  capabilities {
    ...Capability
  }
  createdAt
}
fragment PublishedRule on PolicyRule {
  condition
  cel
  action
  reason
  onlyParams
  expiresAt
  madeFrom
}
fragment PublishedPolicySet on PolicySet {
  id
  version
  defaultAction
  rules {
    ...PublishedRule
  }
  createdAt
}`) as unknown as TypedDocumentString<PublishedOfQuery, PublishedOfQueryVariables>;
export const ResolveAgentDocument = new TypedDocumentString(`
    query ResolveAgent($handle: String!) {
  agent(handle: $handle) {
    ...AgentProfile
  }
}
    fragment Capability on Capability {
  action
  title
  description
  paramsSchema
  constraints
  resultFormat
  resultSchema
  hints {
    readOnly
    destructive
    idempotent
    openWorld
  }
  textParam
}
fragment AgentProfile on Agent {
  id
  handle
  displayName
  description
  status
  capabilities {
    version
    capabilities {
      ...Capability
    }
  }
}`) as unknown as TypedDocumentString<ResolveAgentQuery, ResolveAgentQueryVariables>;
export const ReadRequestDocument = new TypedDocumentString(`
    query ReadRequest($requestId: ID!) {
  viewer {
    __typename
  }
  request(id: $requestId) {
    ...RequestState
  }
}
    fragment RequestState on Request {
  id
  status
  action
  params
  handle
  senderId
  contractId
  contextId
  progress {
    value
    total
    message
  }
  result
  error {
    code
    message
  }
  pipelineLog {
    stage
    passed
    kind
    reason
    issues {
      path
      message
    }
    durationMs
  }
  attempts
  createdAt
  updatedAt
  expiresAt
}`) as unknown as TypedDocumentString<ReadRequestQuery, ReadRequestQueryVariables>;
export const RequestUpdatesDocument = new TypedDocumentString(`
    subscription RequestUpdates($requestId: ID!) {
  requestUpdates(requestId: $requestId) {
    ...RequestState
  }
}
    fragment RequestState on Request {
  id
  status
  action
  params
  handle
  senderId
  contractId
  contextId
  progress {
    value
    total
    message
  }
  result
  error {
    code
    message
  }
  pipelineLog {
    stage
    passed
    kind
    reason
    issues {
      path
      message
    }
    durationMs
  }
  attempts
  createdAt
  updatedAt
  expiresAt
}`) as unknown as TypedDocumentString<RequestUpdatesSubscription, RequestUpdatesSubscriptionVariables>;
export const SubmitRequestDocument = new TypedDocumentString(`
    mutation SubmitRequest($input: SubmitRequestInput!, $asksAgent: Boolean!) {
  submitRequest(input: $input) {
    __typename
    ... on SubmitRequestSuccess {
      replayed
      request {
        ...RequestState
        agent @include(if: $asksAgent) {
          id
        }
      }
    }
    ...DomainFailure
  }
}
    fragment RequestState on Request {
  id
  status
  action
  params
  handle
  senderId
  contractId
  contextId
  progress {
    value
    total
    message
  }
  result
  error {
    code
    message
  }
  pipelineLog {
    stage
    passed
    kind
    reason
    issues {
      path
      message
    }
    durationMs
  }
  attempts
  createdAt
  updatedAt
  expiresAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<SubmitRequestMutation, SubmitRequestMutationVariables>;
export const CancelRequestDocument = new TypedDocumentString(`
    mutation CancelRequest($input: CancelRequestInput!) {
  cancelRequest(input: $input) {
    __typename
    ... on CancelRequestSuccess {
      request {
        ...RequestState
      }
    }
    ...DomainFailure
  }
}
    fragment RequestState on Request {
  id
  status
  action
  params
  handle
  senderId
  contractId
  contextId
  progress {
    value
    total
    message
  }
  result
  error {
    code
    message
  }
  pipelineLog {
    stage
    passed
    kind
    reason
    issues {
      path
      message
    }
    durationMs
  }
  attempts
  createdAt
  updatedAt
  expiresAt
}
fragment DomainFailure on DomainError {
  __typename
  message
  ... on AgentNotFoundError {
    handle
  }
  ... on AgentQuarantinedError {
    retryAfterSeconds
  }
  ... on ApprovalChangedError {
    digest
  }
  ... on ApprovalDecidedError {
    approvalStatus: status
  }
  ... on HandleTakenError {
    handle
  }
  ... on InvalidInputError {
    issues {
      path
      message
    }
  }
  ... on InvalidResultError {
    issues {
      path
      message
    }
  }
  ... on RateLimitedError {
    retryAfterSeconds
    violatedPolicies
  }
  ... on RequestFinishedError {
    status
  }
  ... on RequestRejectedError {
    stage
    kind
    reason
    issues {
      path
      message
    }
    requestId
    kept
  }
  ... on WorkRequiredError {
    challenge
    bits
  }
}`) as unknown as TypedDocumentString<CancelRequestMutation, CancelRequestMutationVariables>;
export const ListRequestsDocument = new TypedDocumentString(`
    query ListRequests($first: Int!, $after: String, $status: [RequestStatus!], $handle: String, $action: String) {
  viewer {
    __typename
  }
  requests(
    first: $first
    after: $after
    status: $status
    handle: $handle
    action: $action
  ) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...RequestSummary
      }
    }
  }
}
    fragment RequestSummary on Request {
  id
  status
  action
  handle
  senderId
  error {
    code
    message
  }
  createdAt
  updatedAt
  expiresAt
}`) as unknown as TypedDocumentString<ListRequestsQuery, ListRequestsQueryVariables>;