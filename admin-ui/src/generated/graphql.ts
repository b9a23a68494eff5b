/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
import { gql } from 'urql';
/** All numbers that are to be in force: what is left out is the platform’s. */
export type AgentLimitsInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** Unfinished requests of each sender, 1 to 10,000; null is the platform's. */
  openPerSender?: number | null | undefined;
  /** The same within 24 hours; null is the platform's. */
  perDay?: number | null | undefined;
  /** Requests of all senders together within a minute, which begins with the first; null is the platform's. */
  perMinute?: number | null | undefined;
  /** The same within 24 hours; null is the platform's. */
  perSenderPerDay?: number | null | undefined;
  /** Requests of each sender within a minute, which begins with the first; null is the platform's. */
  perSenderPerMinute?: number | null | undefined;
};

/** What agents can be sorted by. */
export type AgentOrder =
  /** Which share of those failed. */
  | 'FAILURES'
  /** Their handle. */
  | 'HANDLE'
  /** When they last had a heartbeat. */
  | 'LAST_HEARTBEAT'
  /** Their display name. */
  | 'NAME'
  /** When they were registered. */
  | 'NEWEST'
  /** How many requests were sent to them. */
  | 'REQUESTS';

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

/** Which door a decision came by. */
export type ApprovalRoute =
  /** The console, by somebody who is logged in. */
  | 'CONSOLE'
  /** The GraphQL API. */
  | 'GRAPHQL'
  /** A link that was made for one approver and one approval. */
  | 'LINK'
  /** The REST API. */
  | 'REST';

/** How an agent's approvals are to go, all of it: what is left out is as by default. */
export type ApprovalSettingsInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** Whether whoever approves may change the params of what is done. false when left out. */
  allowEdits?: boolean | null | undefined;
  /** For how long the same from the same sender is refused once it was denied, and nobody asked: 0 to 604,800. 3600 when left out. */
  denyCoolDownSeconds?: number | null | undefined;
  /** The approvers that are told by e-mail; all that have an address when left out. At most 20. */
  notify?: Array<string> | null | undefined;
  /** How many requests of one sender may wait for an approval: 1 to 100. 3 when left out. */
  pendingPerSenderMax?: number | null | undefined;
  /** How often one sender may have people asked within an hour: 1 to 1,000. 10 when left out. */
  perSenderPerHour?: number | null | undefined;
  /** Whether those who belong to the same owner as the sender are kept from deciding. true when left out. */
  preventSelfApproval?: boolean | null | undefined;
  /** How many different people must approve: 1 to 5, and no more than there are, the owner counted as one. 1 when left out. */
  quorum?: number | null | undefined;
  /** How long people may take: 60 up to REQUEST_EXPIRY_MAX_SECONDS; APPROVAL_WINDOW_SECONDS when left out. Sooner where the sender says so. */
  windowSeconds?: number | null | undefined;
};

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

/** What a channel is spoken over. */
export type ChannelTransport =
  /** The subscription agentChannel. */
  | 'GRAPHQL'
  /** The raw WebSocket. */
  | 'WEBSOCKET';

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

/** Who is to decide about what. */
export type CreateApprovalLinkInput = {
  /** The approval's id. */
  approvalId: string;
  /** The approver whose decision it is to be. */
  approverId: string;
};

/** Somebody who is to decide what is held for approval. */
export type CreateApproverInput = {
  /** The only actions whose requests it decides; null for all. At most 256. */
  actions?: Array<string> | null | undefined;
  /** The agents, by id or handle, whose held requests it decides. At most 100. */
  agentIds: Array<string>;
  /** Its name for people. At most 200 characters. */
  displayName: string;
  /** Where it is told of what waits for it; null for nowhere. At most 254 characters. */
  email?: string | null | undefined;
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

/** A request to evaluate. */
export type DryRunInput = {
  /** One of the actions that its contract offers, such as "calendar.schedule". At most 128 characters. */
  action: string;
  /** The agent's handle, or its id. */
  handle: string;
  /** Its params, at most 64 KiB as JSON. {} when left out. */
  params?: Record<string, unknown> | null | undefined;
  /** Whose request to pretend it is; the test sender’s when left out. */
  senderId?: string | null | undefined;
};

/** What would become of a request. */
export type DryRunOutcome =
  /** It would be rejected. */
  | 'DENIED'
  /** It would be held for a human. */
  | 'HELD'
  /** It would be delivered. */
  | 'PASSED';

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

/** Which document of an agent. REST writes these in lower case. */
export type QuarantinedDocument =
  /** Its contract. */
  | 'CONTRACT'
  /** Its policy set. */
  | 'POLICIES';

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

/** What is decided about a request when it is submitted. REST writes these in lower case. */
export type ReplayOutcome =
  /** It is held for a human. */
  | 'HELD'
  /** It is delivered. */
  | 'PASSED'
  /** It is rejected. */
  | 'REJECTED';

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

/** Who asks. */
export type SenderKind =
  /** An agent, on its own behalf. */
  | 'AGENT'
  /** A sender. */
  | 'SENDER';

/** What the sender may from now on: what is left out is as for each sender. */
export type SenderLimitInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** Whether it may ask nothing at all. What waits of it is held meanwhile. false when left out. */
  blocked?: boolean | null | undefined;
  /** The same of unfinished requests, 1 to 10,000. */
  open?: number | null | undefined;
  /** The same within 24 hours. */
  perDay?: number | null | undefined;
  /** Its requests within a minute; null is what the agent's limits say for each sender. */
  perMinute?: number | null | undefined;
  /** Why, for the owner; the sender is never told. At most 500 characters. */
  reason?: string | null | undefined;
  /** The sender's id, or that of an agent that asks on its own behalf. */
  senderId: string;
};

/** Of whom something is stored. */
export type StorageHolderKind =
  /** An agent. */
  | 'AGENT'
  /** An owner of agents. */
  | 'OWNER'
  /** A sender. */
  | 'SENDER';

/** What to ask of which agent. */
export type SubmitTestRequestInput = {
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
  /** Its params, at most 64 KiB as JSON. {} when left out. */
  params?: Record<string, unknown> | null | undefined;
  /** What happens when the agent holds no channel: the caller is told so and nothing is kept, or the request waits for it. REJECT when left out. */
  whenOffline?: WhenOffline | null | undefined;
};

/** What changes of an agent; what is left out stays. */
export type UpdateAgentInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** Whether the agent's own keys may do what `agent:manage` allows, or its owner's alone. For the owner and administrators. */
  agentKeysManage?: boolean | null | undefined;
  /** What it is for now; the empty text for nothing. At most 2,000 characters. */
  description?: string | null | undefined;
  /** Its new name for people. At most 200 characters. */
  displayName?: string | null | undefined;
};

/** What a webhook tells. REST writes these in lower case; the message has them as `approval.requested`. */
export type WebhookEvent =
  /** The contract or the policies took more computing than they may, too often. */
  | 'AGENT_QUARANTINED'
  /** Nobody has decided yet: at half of the time that there is, and at nine tenths. */
  | 'APPROVAL_REMINDER'
  /** A request is held, and somebody has to decide about it. */
  | 'APPROVAL_REQUESTED'
  /** It is over: approved, denied, expired, cancelled or rejected. */
  | 'APPROVAL_RESOLVED';

/** A webhook, with everything that it is to be. */
export type WebhookInput = {
  /** The agent's id or handle. */
  agentId: string;
  /** What is told. At most 4. */
  events: Array<WebhookEvent>;
  /** Whether what was asked is told as well. false when left out. */
  includesParams?: boolean | null | undefined;
  /** What its owner calls it, one by that name for an agent: a–z, 0–9 and `.`, `_`, `-`. At most 64 characters. */
  name: string;
  /** Where it is sent to: https, and no private address. */
  url: string;
};

/** What happens to a request whose agent holds no channel. */
export type WhenOffline =
  /** Keep it until the agent connects or the request expires. */
  | 'QUEUE'
  /** Answer AgentNotConnectedError (REST: 503). The default. */
  | 'REJECT';

export type AdminAccountRowFragment = { id: string, name: string, hasTotp: boolean, isComplete: boolean, createdAt: string, passkeys: Array<{ id: string, label: string }> };

export type AdminsQueryVariables = Exact<{ [key: string]: never; }>;


export type AdminsQuery = { viewer:
    | { __typename: 'Admin', id: string | null, name: string }
    | { __typename: 'Agent' }
    | { __typename: 'Approver' }
    | { __typename: 'Owner' }
    | { __typename: 'Sender' }
   | null, admins: Array<{ id: string, name: string, hasTotp: boolean, isComplete: boolean, createdAt: string, passkeys: Array<{ id: string, label: string }> }> };

export type CreateAdminMutationVariables = Exact<{
  name: string;
}>;


export type CreateAdminMutation = { createAdmin:
    | { __typename: 'CreateAdminSuccess', setupUrl: string, admin: { id: string, name: string, hasTotp: boolean, isComplete: boolean, createdAt: string, passkeys: Array<{ id: string, label: string }> } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
   };

export type RemoveAdminMutationVariables = Exact<{
  adminId: string;
}>;


export type RemoveAdminMutation = { removeAdmin:
    | { __typename: 'AdminNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RemoveAdminSuccess', admin: { id: string } }
   };

export type AgentsQueryVariables = Exact<{
  search?: string | null | undefined;
  status?: AgentStatus | null | undefined;
  action?: string | null | undefined;
  since: string;
  orderBy?: AgentOrder | null | undefined;
  descending?: boolean | null | undefined;
  page?: number | null | undefined;
  pageSize?: number | null | undefined;
}>;


export type AgentsQuery = { agentSummaries: { totalCount: number, rows: Array<{ requests: number, failures: number, agent: { id: string, handle: string, displayName: string, status: AgentStatus, lastHeartbeatAt: string | null, capabilities: { id: string, capabilities: Array<{ action: string }> } | null } }> } };

export type HintsFragment = { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null };

export type ContractFragment = { id: string, version: number, isActive: boolean, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> };

export type PoliciesFragment = { id: string, version: number, isActive: boolean, createdAt: string, defaultAction: PolicyAction, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> };

export type KeyFragment = { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null };

export type AgentQueryVariables = Exact<{
  handle: string;
  isAdmin: boolean;
}>;


export type AgentQuery = { agent: { id: string, handle: string, displayName: string, description: string | null, status: AgentStatus, lastHeartbeatAt: string | null, createdAt: string, keysManage: boolean, capabilities: { id: string, version: number, isActive: boolean, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null, policies: { id: string, version: number, isActive: boolean, createdAt: string, defaultAction: PolicyAction, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> } | null, channels?: Array<{ id: string, transport: ChannelTransport, nodeId: string, openedAt: string, openRequests: number }>, owner: { id: string } | null, suspension?: { reason: string, by: string, at: string } | null, storage: { bytes: number, maxBytes: number | null, countedAt: string | null }, quarantines: Array<{ document: QuarantinedDocument, version: number, at: string, until: string }>, apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> } | null };

export type AgentVersionsQueryVariables = Exact<{
  handle: string;
  first: number;
}>;


export type AgentVersionsQuery = { agent: { id: string, capabilityHistory: { totalCount: number, edges: Array<{ node: { id: string, version: number, isActive: boolean, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } }> }, policyHistory: { totalCount: number, edges: Array<{ node: { id: string, version: number, isActive: boolean, createdAt: string, defaultAction: PolicyAction, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> } }> } } | null };

export type AgentNamesQueryVariables = Exact<{
  search?: string | null | undefined;
}>;


export type AgentNamesQuery = { agents: { edges: Array<{ node: { id: string, handle: string, displayName: string, status: AgentStatus } }> } };

export type AgentContractQueryVariables = Exact<{
  handle: string;
}>;


export type AgentContractQuery = { agent: { id: string, handle: string, displayName: string, status: AgentStatus, capabilities: { id: string, version: number, isActive: boolean, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null } | null };

export type DeleteAgentMutationVariables = Exact<{
  agentId: string;
}>;


export type DeleteAgentMutation = { deleteAgent:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'DeleteAgentSuccess', agentId: string }
   };

export type SuspendAgentMutationVariables = Exact<{
  id: string;
  reason: string;
}>;


export type SuspendAgentMutation = { suspendAgent:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'SuspendAgentSuccess', agent: { id: string, status: AgentStatus, suspension: { reason: string, by: string, at: string } | null } }
   };

export type ResumeAgentMutationVariables = Exact<{
  id: string;
  reason?: string | null | undefined;
}>;


export type ResumeAgentMutation = { resumeAgent:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'ResumeAgentSuccess', agent: { id: string, status: AgentStatus, suspension: { reason: string, by: string, at: string } | null } }
   };

export type LiftQuarantineMutationVariables = Exact<{
  agentId: string;
}>;


export type LiftQuarantineMutation = { liftQuarantine:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'LiftQuarantineSuccess', agent: { id: string } }
   };

export type ApproversToLinkQueryVariables = Exact<{
  handle: string;
}>;


export type ApproversToLinkQuery = { agent: { id: string, approvers: Array<{ id: string, displayName: string, actions: Array<string> | null }>, managed: Array<{ id: string, email: string | null }> } | null };

export type CreateApprovalLinkMutationVariables = Exact<{
  input: CreateApprovalLinkInput;
}>;


export type CreateApprovalLinkMutation = { createApprovalLink:
    | { __typename: 'ApprovalNotFoundError', message: string }
    | { __typename: 'ApproverNotFoundError', message: string }
    | { __typename: 'CreateApprovalLinkSuccess', url: string, expiresAt: string }
   };

export type DecisionDetailsFragment = { verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
    | { __typename: 'Admin', name: string }
    | { __typename: 'Approver', id: string, displayName: string }
    | { __typename: 'Owner', id: string }
   };

export type ApprovalDetailsFragment = { id: string, status: ApprovalStatus, digest: string, revision: number, quorum: number, mayDecide: boolean, mayEdit: boolean, effectiveParams: Record<string, unknown> | null, policyVersion: number, contractVersion: number, createdAt: string, expiresAt: string, resolvedAt: string | null, toSender: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, decisions: Array<{ verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
      | { __typename: 'Admin', name: string }
      | { __typename: 'Approver', id: string, displayName: string }
      | { __typename: 'Owner', id: string }
     }>, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } }, agent: { id: string, handle: string, displayName: string, capabilities: { id: string, version: number, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null } | null, request: { id: string, action: string, handle: string, params: Record<string, unknown>, status: RequestStatus, createdAt: string } };

export type ApprovalQueryVariables = Exact<{
  id: string;
}>;


export type ApprovalQuery = { approval: { id: string, status: ApprovalStatus, digest: string, revision: number, quorum: number, mayDecide: boolean, mayEdit: boolean, effectiveParams: Record<string, unknown> | null, policyVersion: number, contractVersion: number, createdAt: string, expiresAt: string, resolvedAt: string | null, toSender: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, decisions: Array<{ verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
        | { __typename: 'Admin', name: string }
        | { __typename: 'Approver', id: string, displayName: string }
        | { __typename: 'Owner', id: string }
       }>, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } }, agent: { id: string, handle: string, displayName: string, capabilities: { id: string, version: number, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null } | null, request: { id: string, action: string, handle: string, params: Record<string, unknown>, status: RequestStatus, createdAt: string } } | null };

export type ApprovalLineQueryVariables = Exact<{
  first: number;
}>;


export type ApprovalLineQuery = { approvals: { edges: Array<{ node: { id: string, expiresAt: string } }> } };

export type ApprovalChangesSubscriptionVariables = Exact<{
  agentId: string;
}>;


export type ApprovalChangesSubscription = { approvalActivity: { id: string, revision: number } };

export type DecideApprovalMutationVariables = Exact<{
  input: DecideApprovalInput;
}>;


export type DecideApprovalMutation = { decideApproval:
    | { __typename: 'AgentQuarantinedError', message: string }
    | { __typename: 'ApprovalChangedError', message: string, digest: string }
    | { __typename: 'ApprovalDecidedError', message: string, status: ApprovalStatus }
    | { __typename: 'ApprovalNotFoundError', message: string }
    | { __typename: 'DecideApprovalSuccess', approval: { id: string, status: ApprovalStatus, digest: string, revision: number, quorum: number, mayDecide: boolean, mayEdit: boolean, effectiveParams: Record<string, unknown> | null, policyVersion: number, contractVersion: number, createdAt: string, expiresAt: string, resolvedAt: string | null, toSender: string | null, holdReasons: Array<{ stage: string, rule: number | null, reason: string }>, decisions: Array<{ verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
            | { __typename: 'Admin', name: string }
            | { __typename: 'Approver', id: string, displayName: string }
            | { __typename: 'Owner', id: string }
           }>, sender: { id: string, kind: SenderKind, displayName: string | null, registeredAt: string | null, isBlocked: boolean, history: { completed: number, rejected: number, denied: number, first: string | null, last: string | null } }, agent: { id: string, handle: string, displayName: string, capabilities: { id: string, version: number, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null } | null, request: { id: string, action: string, handle: string, params: Record<string, unknown>, status: RequestStatus, createdAt: string } }, rememberedRule: { madeFrom: string | null } | null, policySet: { id: string, version: number } | null }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'RequestRejectedError', message: string, stage: string, kind: DenialKind | null, reason: string }
   };

export type ApprovalRowFragment = { id: string, status: ApprovalStatus, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ reason: string }>, request: { id: string, action: string }, agent: { id: string, handle: string } | null, sender: { id: string, displayName: string | null } };

export type PendingApprovalsQueryVariables = Exact<{
  last: number;
}>;


export type PendingApprovalsQuery = { approvals: { totalCount: number, edges: Array<{ node: { id: string, status: ApprovalStatus, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ reason: string }>, request: { id: string, action: string }, agent: { id: string, handle: string } | null, sender: { id: string, displayName: string | null } } }> } };

export type ResolvedApprovalsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ResolvedApprovalsQuery = { approvals: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: ApprovalStatus, revision: number, createdAt: string, expiresAt: string, resolvedAt: string | null, holdReasons: Array<{ reason: string }>, request: { id: string, action: string }, agent: { id: string, handle: string } | null, sender: { id: string, displayName: string | null } } }> } };

export type ApprovalActivitySubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ApprovalActivitySubscription = { approvalActivity: { id: string, revision: number } };

export type ApproverRowFragment = { id: string, displayName: string, email: string | null, actions: Array<string> | null, createdAt: string, agents: Array<{ id: string, handle: string }>, apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> };

export type AgentApproversQueryVariables = Exact<{
  handle: string;
}>;


export type AgentApproversQuery = { agent: { id: string, capabilities: { id: string, capabilities: Array<{ action: string }> } | null, approvers: Array<{ id: string, displayName: string, actions: Array<string> | null, createdAt: string }>, managed: Array<{ id: string, displayName: string, email: string | null, actions: Array<string> | null, createdAt: string, agents: Array<{ id: string, handle: string }>, apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> }> } | null };

export type CreateApproverMutationVariables = Exact<{
  input: CreateApproverInput;
}>;


export type CreateApproverMutation = { createApprover:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'CreateApproverSuccess', apiKey: string, approver: { id: string, displayName: string, email: string | null, actions: Array<string> | null, createdAt: string, agents: Array<{ id: string, handle: string }>, apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
   };

export type RemoveApproverMutationVariables = Exact<{
  approverId: string;
}>;


export type RemoveApproverMutation = { removeApprover:
    | { __typename: 'ApproverNotFoundError', message: string }
    | { __typename: 'RemoveApproverSuccess', approver: { id: string, removedAt: string | null } }
   };

export type AuditEntryRowFragment = { id: string, index: number | null, type: string, at: string, isSealed: boolean, node: string | null, agentId: string | null, senderId: string | null, requestId: string | null, actor: { kind: string, id: string | null, keyId: string | null }, subject: { kind: string, id: string | null }, agent: { id: string, handle: string } | null };

export type AuditEntriesQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  type?: Array<string> | string | null | undefined;
  agentId?: string | null | undefined;
  requestId?: string | null | undefined;
  from?: string | null | undefined;
}>;


export type AuditEntriesQuery = { auditEntries: { totalCount: number, isTotalCountExact: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { data: Record<string, unknown>, details: Record<string, unknown> | null, canonical: string | null, id: string, index: number | null, type: string, at: string, isSealed: boolean, node: string | null, agentId: string | null, senderId: string | null, requestId: string | null, actor: { kind: string, id: string | null, keyId: string | null }, subject: { kind: string, id: string | null }, agent: { id: string, handle: string } | null } }> } };

export type AuditCheckpointQueryVariables = Exact<{ [key: string]: never; }>;


export type AuditCheckpointQuery = { auditCheckpoint: { size: number, root: string, note: string, at: string } };

export type AuditProofQueryVariables = Exact<{
  entryId: string;
}>;


export type AuditProofQuery = { auditProof: string };

export type InvitationRowFragment = { id: string, uses: number, usesLeft: number, expiresAt: string, createdBy: string, createdAt: string, revokedAt: string | null };

export type InvitationsQueryVariables = Exact<{ [key: string]: never; }>;


export type InvitationsQuery = { invitations: Array<{ id: string, uses: number, usesLeft: number, expiresAt: string, createdBy: string, createdAt: string, revokedAt: string | null }> };

export type CreateInvitationMutationVariables = Exact<{
  uses: number;
  expiresAt: string;
}>;


export type CreateInvitationMutation = { createInvitation:
    | { __typename: 'CreateInvitationSuccess', code: string, invitation: { id: string, uses: number, usesLeft: number, expiresAt: string, createdBy: string, createdAt: string, revokedAt: string | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
   };

export type RevokeInvitationMutationVariables = Exact<{
  invitationId: string;
}>;


export type RevokeInvitationMutation = { revokeInvitation:
    | { __typename: 'InvitationNotFoundError', message: string }
    | { __typename: 'RevokeInvitationSuccess', invitation: { id: string, uses: number, usesLeft: number, expiresAt: string, createdBy: string, createdAt: string, revokedAt: string | null } }
   };

export type CreateKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateKeyMutation = { createApiKey:
    | { __typename: 'CreateApiKeySuccess', apiKey: string, key: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
   };

export type RotateKeyMutationVariables = Exact<{
  apiKeyId: string;
  overlapSeconds?: number | null | undefined;
}>;


export type RotateKeyMutation = { rotateApiKey:
    | { __typename: 'ApiKeyNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'RotateApiKeySuccess', apiKey: string, key: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }, former: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null } }
   };

export type RevokeKeyMutationVariables = Exact<{
  apiKeyId: string;
}>;


export type RevokeKeyMutation = { revokeApiKey:
    | { __typename: 'ApiKeyNotFoundError', message: string }
    | { __typename: 'RevokeApiKeySuccess', key: { id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }, warnings: Array<{ path: string, message: string }> }
   };

export type LimitsDetailsFragment = { version: number, perMinute: number | null, perDay: number | null, perSenderPerMinute: number | null, perSenderPerDay: number | null, openPerSender: number | null };

export type SenderLimitRowFragment = { senderId: string, senderName: string | null, perMinute: number | null, perDay: number | null, open: number | null, blocked: boolean, reason: string | null, updatedAt: string };

export type AgentLimitsQueryVariables = Exact<{
  handle: string;
  first: number;
  after?: string | null | undefined;
  since: string;
}>;


export type AgentLimitsQuery = { agent: { id: string, limits: { version: number, perMinute: number | null, perDay: number | null, perSenderPerMinute: number | null, perSenderPerDay: number | null, openPerSender: number | null } | null, rejectionsNotKept: Array<{ senderId: string, stage: string, count: number }>, senderLimits: { totalCount: number, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { senderId: string, senderName: string | null, perMinute: number | null, perDay: number | null, open: number | null, blocked: boolean, reason: string | null, updatedAt: string } }> } } | null };

export type SetAgentLimitsMutationVariables = Exact<{
  input: AgentLimitsInput;
}>;


export type SetAgentLimitsMutation = { setAgentLimits:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'SetAgentLimitsSuccess', limits: { version: number, perMinute: number | null, perDay: number | null, perSenderPerMinute: number | null, perSenderPerDay: number | null, openPerSender: number | null } }
   };

export type SetSenderLimitMutationVariables = Exact<{
  input: SenderLimitInput;
}>;


export type SetSenderLimitMutation = { setSenderLimit:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'SetSenderLimitSuccess', senderLimit: { senderId: string, senderName: string | null, perMinute: number | null, perDay: number | null, open: number | null, blocked: boolean, reason: string | null, updatedAt: string } }
   };

export type RemoveSenderLimitMutationVariables = Exact<{
  agentId: string;
  senderId: string;
}>;


export type RemoveSenderLimitMutation = { removeSenderLimit:
    | { __typename: 'RemoveSenderLimitSuccess', senderLimit: { senderId: string } }
    | { __typename: 'SenderLimitNotFoundError', message: string }
   };

export type OwnKeysQueryVariables = Exact<{ [key: string]: never; }>;


export type OwnKeysQuery = { viewer:
    | { __typename: 'Admin' }
    | { __typename: 'Agent' }
    | { __typename: 'Approver' }
    | { __typename: 'Owner', id: string, apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }> }
    | { __typename: 'Sender' }
   | null };

export type UpdateAgentMutationVariables = Exact<{
  input: UpdateAgentInput;
}>;


export type UpdateAgentMutation = { updateAgent:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'UpdateAgentSuccess', agent: { id: string, displayName: string, description: string | null, keysManage: boolean } }
   };

export type IssueOwnerKeyMutationVariables = Exact<{
  agentId: string;
}>;


export type IssueOwnerKeyMutation = { issueOwnerKey:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'IssueOwnerKeySuccess', ownerKey: string, owner: { id: string } }
    | { __typename: 'RateLimitedError', message: string }
   };

export type OverviewQueryVariables = Exact<{
  from: string;
  to: string;
  buckets: number;
}>;


export type OverviewQuery = { overview: { totals: { agents: number, agentsOnline: number, channels: number, openRequests: number }, storage: { part: number, kinds: Array<{ kind: string, rows: number, bytes: number }>, largest: Array<{ kind: StorageHolderKind, id: string, bytes: number }> }, latency: { count: number, p50: number | null, p90: number | null, p95: number | null, p99: number | null }, buckets: Array<{ from: string, byStatus: Array<{ status: RequestStatus, count: number }>, latency: { count: number, p50: number | null, p95: number | null } }>, rejections: Array<{ stage: string, reason: string, count: number }> } };

export type ActivitySubscriptionVariables = Exact<{ [key: string]: never; }>;


export type ActivitySubscription = { platformActivity:
    | { __typename: 'AgentStatusChanged', at: string, agent: { id: string, handle: string, status: AgentStatus, lastHeartbeatAt: string | null } }
    | { __typename: 'RequestStatusChanged', at: string, request: { id: string, status: RequestStatus, attempts: number, updatedAt: string } }
   };

export type PublishPoliciesMutationVariables = Exact<{
  input: PublishPoliciesInput;
}>;


export type PublishPoliciesMutation = { publishPolicies:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'PublishPoliciesSuccess', policySet: { id: string, version: number, isActive: boolean, createdAt: string, defaultAction: PolicyAction, rules: Array<{ condition: string | null, cel: string | null, action: PolicyAction, reason: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null }> } | null, issues: Array<{ path: string, message: string }>, warnings: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
   };

export type PublishContractMutationVariables = Exact<{
  input: PublishCapabilitiesInput;
}>;


export type PublishContractMutation = { publishCapabilities:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'PublishCapabilitiesSuccess', contract: { id: string, version: number, isActive: boolean, createdAt: string, capabilities: Array<{ action: string, title: string | null, description: string | null, paramsSchema: Record<string, unknown>, constraints: Record<string, unknown>, resultFormat: ResultFormat, resultSchema: Record<string, unknown> | null, textParam: string | null, hints: { readOnly: boolean | null, destructive: boolean | null, idempotent: boolean | null, openWorld: boolean | null } }> } | null, issues: Array<{ path: string, message: string }>, warnings: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
   };

export type ReplayPoliciesQueryVariables = Exact<{
  agentId: string;
  rules: Array<PolicyRuleInput> | PolicyRuleInput;
  defaultAction?: PolicyAction | null | undefined;
}>;


export type ReplayPoliciesQuery = { policyReplay:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'PolicyReplaySuccess', evaluated: number, withoutParams: number, truncated: boolean, changed: Array<{ requestId: string, action: string, before: ReplayOutcome, after: ReplayOutcome, reason: string | null }> }
    | { __typename: 'RateLimitedError', message: string }
   };

export type RememberedRuleQueryVariables = Exact<{
  id: string;
  remember: RememberInput;
}>;


export type RememberedRuleQuery = { approval: { id: string, suggestedRule: { condition: string | null, cel: string | null, onlyParams: Array<string> | null, expiresAt: string | null, madeFrom: string | null } | null } | null };

export type RequestRowFragment = { id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string };

export type RequestDetailsFragment = { params: Record<string, unknown>, result: unknown, expiresAt: string, contractId: string | null, contextId: string | null, paramsRemoved: boolean, effectiveParams: Record<string, unknown> | null, outcomeAttempt: number | null, id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, detail: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }>, approval: { status: ApprovalStatus, expiresAt: string, toSender: string | null, approval: { id: string, status: ApprovalStatus, quorum: number, mayDecide: boolean, createdAt: string, expiresAt: string, resolvedAt: string | null, decisions: Array<{ verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
          | { __typename: 'Admin', name: string }
          | { __typename: 'Approver', id: string, displayName: string }
          | { __typename: 'Owner', id: string }
         }> } | null } | null, deliveries: Array<{ attempt: number, channelId: string, nodeId: string, deliveredAt: string, ackedAt: string | null }>, agent: { id: string, handle: string, displayName: string } | null };

export type RequestsQueryVariables = Exact<{
  first?: number | null | undefined;
  after?: string | null | undefined;
  status?: Array<RequestStatus> | RequestStatus | null | undefined;
  handle?: string | null | undefined;
  action?: string | null | undefined;
  senderId?: string | null | undefined;
  submittedFrom?: string | null | undefined;
  submittedBefore?: string | null | undefined;
}>;


export type RequestsQuery = { requests: { totalCount: number, isTotalCountExact: boolean, pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string } }> } };

export type RequestQueryVariables = Exact<{
  id: string;
}>;


export type RequestQuery = { request: { params: Record<string, unknown>, result: unknown, expiresAt: string, contractId: string | null, contextId: string | null, paramsRemoved: boolean, effectiveParams: Record<string, unknown> | null, outcomeAttempt: number | null, id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, detail: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }>, approval: { status: ApprovalStatus, expiresAt: string, toSender: string | null, approval: { id: string, status: ApprovalStatus, quorum: number, mayDecide: boolean, createdAt: string, expiresAt: string, resolvedAt: string | null, decisions: Array<{ verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
            | { __typename: 'Admin', name: string }
            | { __typename: 'Approver', id: string, displayName: string }
            | { __typename: 'Owner', id: string }
           }> } | null } | null, deliveries: Array<{ attempt: number, channelId: string, nodeId: string, deliveredAt: string, ackedAt: string | null }>, agent: { id: string, handle: string, displayName: string } | null } | null };

export type CancelRequestMutationVariables = Exact<{
  requestId: string;
  reason?: string | null | undefined;
}>;


export type CancelRequestMutation = { cancelRequest:
    | { __typename: 'CancelRequestSuccess', request: { id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string } }
    | { __typename: 'InvalidInputError', message: string }
    | { __typename: 'RequestFinishedError', message: string }
    | { __typename: 'RequestNotFoundError', message: string }
   };

export type DryRunQueryVariables = Exact<{
  input: DryRunInput;
}>;


export type DryRunQuery = { dryRun:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'AgentQuarantinedError', message: string }
    | { __typename: 'DryRunSuccess', outcome: DryRunOutcome, stages: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, detail: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }> }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
   };

export type SubmitTestRequestMutationVariables = Exact<{
  input: SubmitTestRequestInput;
}>;


export type SubmitTestRequestMutation = { submitTestRequest:
    | { __typename: 'AgentNotConnectedError', message: string }
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'AgentQuarantinedError', message: string }
    | { __typename: 'BlockedError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'RequestRejectedError', message: string, stage: string, reason: string, requestId: string }
    | { __typename: 'SubmitTestRequestSuccess', request: { id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string } }
    | { __typename: 'SuspendedError', message: string }
   };

export type RequestUpdatesSubscriptionVariables = Exact<{
  id: string;
}>;


export type RequestUpdatesSubscription = { requestUpdates: { params: Record<string, unknown>, result: unknown, expiresAt: string, contractId: string | null, contextId: string | null, paramsRemoved: boolean, effectiveParams: Record<string, unknown> | null, outcomeAttempt: number | null, id: string, status: RequestStatus, action: string, handle: string, senderId: string, senderName: string | null, attempts: number, createdAt: string, updatedAt: string, progress: { value: number, total: number | null, message: string | null } | null, error: { code: string, message: string } | null, pipelineLog: Array<{ stage: string, passed: boolean, kind: DenialKind | null, reason: string | null, detail: string | null, durationMs: number, issues: Array<{ path: string, message: string }> }>, approval: { status: ApprovalStatus, expiresAt: string, toSender: string | null, approval: { id: string, status: ApprovalStatus, quorum: number, mayDecide: boolean, createdAt: string, expiresAt: string, resolvedAt: string | null, decisions: Array<{ verdict: ApprovalVerdict, via: ApprovalRoute, at: string, comment: string | null, by:
            | { __typename: 'Admin', name: string }
            | { __typename: 'Approver', id: string, displayName: string }
            | { __typename: 'Owner', id: string }
           }> } | null } | null, deliveries: Array<{ attempt: number, channelId: string, nodeId: string, deliveredAt: string, ackedAt: string | null }>, agent: { id: string, handle: string, displayName: string } | null } };

export type RestingHandlesQueryVariables = Exact<{
  beginning?: string | null | undefined;
}>;


export type RestingHandlesQuery = { restingHandles: Array<{ handle: string, freedAt: string, restsUntil: string, owner: { id: string } | null }> };

export type ReleaseHandleMutationVariables = Exact<{
  handle: string;
}>;


export type ReleaseHandleMutation = { releaseHandle:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'ReleaseHandleSuccess', handle: string }
   };

export type SuspensionDetailsFragment = { reason: string, by: string, at: string };

export type SenderRowFragment = { id: string, displayName: string, createdAt: string, suspension: { reason: string, by: string, at: string } | null };

export type SendersQueryVariables = Exact<{
  search?: string | null | undefined;
  suspended?: boolean | null | undefined;
  first?: number | null | undefined;
  after?: string | null | undefined;
}>;


export type SendersQuery = { senders: { pageInfo: { hasNextPage: boolean, endCursor: string | null }, edges: Array<{ node: { id: string, displayName: string, createdAt: string, suspension: { reason: string, by: string, at: string } | null } }> } };

export type SenderQueryVariables = Exact<{
  id: string;
}>;


export type SenderQuery = { sender: { id: string, displayName: string, createdAt: string, storage: { bytes: number, maxBytes: number | null, countedAt: string | null }, apiKeys: Array<{ id: string, kind: ApiKeyKind, label: string | null, prefix: string, scopes: Array<string>, isLimited: boolean, createdAt: string, expiresAt: string | null, lastUsedAt: string | null, revokedAt: string | null }>, suspension: { reason: string, by: string, at: string } | null } | null };

export type SuspendSenderMutationVariables = Exact<{
  id: string;
  reason: string;
}>;


export type SuspendSenderMutation = { suspendSender:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'SenderNotFoundError', message: string }
    | { __typename: 'SuspendSenderSuccess', sender: { id: string, displayName: string, createdAt: string, suspension: { reason: string, by: string, at: string } | null } }
   };

export type ResumeSenderMutationVariables = Exact<{
  id: string;
  reason?: string | null | undefined;
}>;


export type ResumeSenderMutation = { resumeSender:
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'ResumeSenderSuccess', sender: { id: string, displayName: string, createdAt: string, suspension: { reason: string, by: string, at: string } | null } }
    | { __typename: 'SenderNotFoundError', message: string }
   };

export type SettingsDetailsFragment = { version: number, windowSeconds: number, quorum: number, pendingPerSenderMax: number, perSenderPerHour: number, denyCoolDownSeconds: number, allowEdits: boolean, preventSelfApproval: boolean, notify: Array<string> | null };

export type AgentApprovalSettingsQueryVariables = Exact<{
  handle: string;
}>;


export type AgentApprovalSettingsQuery = { agent: { id: string, approvers: Array<{ id: string, displayName: string }>, managed: Array<{ id: string, email: string | null }>, approvalSettings: { version: number, windowSeconds: number, quorum: number, pendingPerSenderMax: number, perSenderPerHour: number, denyCoolDownSeconds: number, allowEdits: boolean, preventSelfApproval: boolean, notify: Array<string> | null } } | null };

export type SetApprovalSettingsMutationVariables = Exact<{
  input: ApprovalSettingsInput;
}>;


export type SetApprovalSettingsMutation = { setApprovalSettings:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'SetApprovalSettingsSuccess', settings: { version: number, windowSeconds: number, quorum: number, pendingPerSenderMax: number, perSenderPerHour: number, denyCoolDownSeconds: number, allowEdits: boolean, preventSelfApproval: boolean, notify: Array<string> | null } }
   };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { viewer:
    | { __typename: 'Admin', name: string, adminId: string | null }
    | { __typename: 'Agent' }
    | { __typename: 'Approver', id: string, displayName: string }
    | { __typename: 'Owner', id: string }
    | { __typename: 'Sender' }
   | null };

export type WebhookRowFragment = { id: string, name: string, url: string, events: Array<WebhookEvent>, includesParams: boolean, disabledAt: string | null, lastStatus: number | null, lastError: string | null, lastAt: string | null, createdAt: string };

export type AgentWebhooksQueryVariables = Exact<{
  handle: string;
}>;


export type AgentWebhooksQuery = { agent: { id: string, webhooks: Array<{ id: string, name: string, url: string, events: Array<WebhookEvent>, includesParams: boolean, disabledAt: string | null, lastStatus: number | null, lastError: string | null, lastAt: string | null, createdAt: string }> } | null };

export type SetWebhookMutationVariables = Exact<{
  input: WebhookInput;
}>;


export type SetWebhookMutation = { setWebhook:
    | { __typename: 'AgentNotFoundError', message: string }
    | { __typename: 'InvalidInputError', message: string, issues: Array<{ path: string, message: string }> }
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'SetWebhookSuccess', secret: string, endpoint: { id: string, name: string, url: string, events: Array<WebhookEvent>, includesParams: boolean, disabledAt: string | null, lastStatus: number | null, lastError: string | null, lastAt: string | null, createdAt: string } }
   };

export type TestWebhookMutationVariables = Exact<{
  agentId: string;
  name: string;
}>;


export type TestWebhookMutation = { testWebhook:
    | { __typename: 'RateLimitedError', message: string }
    | { __typename: 'TestWebhookSuccess', endpoint: { id: string, name: string, url: string, events: Array<WebhookEvent>, includesParams: boolean, disabledAt: string | null, lastStatus: number | null, lastError: string | null, lastAt: string | null, createdAt: string } }
    | { __typename: 'WebhookNotFoundError', message: string }
   };

export type RemoveWebhookMutationVariables = Exact<{
  agentId: string;
  name: string;
}>;


export type RemoveWebhookMutation = { removeWebhook:
    | { __typename: 'RemoveWebhookSuccess', endpoint: { id: string } }
    | { __typename: 'WebhookNotFoundError', message: string }
   };

export const AdminAccountRowFragmentDoc = gql`
    fragment AdminAccountRow on AdminAccount {
  id
  name
  hasTotp
  passkeys {
    id
    label
  }
  isComplete
  createdAt
}
    ` as unknown as DocumentNode<AdminAccountRowFragment, unknown>;
export const HintsFragmentDoc = gql`
    fragment Hints on CapabilityHints {
  readOnly
  destructive
  idempotent
  openWorld
}
    ` as unknown as DocumentNode<HintsFragment, unknown>;
export const ContractFragmentDoc = gql`
    fragment Contract on CapabilityContract {
  id
  version
  isActive
  createdAt
  capabilities {
    action
    title
    description
    paramsSchema
    constraints
    resultFormat
    resultSchema
    hints {
      ...Hints
    }
    textParam
  }
}
    ` as unknown as DocumentNode<ContractFragment, unknown>;
export const PoliciesFragmentDoc = gql`
    fragment Policies on PolicySet {
  id
  version
  isActive
  createdAt
  defaultAction
  rules {
    condition
    cel
    action
    reason
    onlyParams
    expiresAt
    madeFrom
  }
}
    ` as unknown as DocumentNode<PoliciesFragment, unknown>;
export const DecisionDetailsFragmentDoc = gql`
    fragment DecisionDetails on ApprovalDecision {
  verdict
  via
  at
  comment
  by {
    __typename
    ... on Approver {
      id
      displayName
    }
    ... on Owner {
      id
    }
    ... on Admin {
      name
    }
  }
}
    ` as unknown as DocumentNode<DecisionDetailsFragment, unknown>;
export const ApprovalDetailsFragmentDoc = gql`
    fragment ApprovalDetails on Approval {
  id
  status
  digest
  revision
  quorum
  mayDecide
  mayEdit
  effectiveParams
  policyVersion
  contractVersion
  createdAt
  expiresAt
  resolvedAt
  toSender
  holdReasons {
    stage
    rule
    reason
  }
  decisions {
    ...DecisionDetails
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
  agent {
    id
    handle
    displayName
    capabilities {
      id
      version
      capabilities {
        action
        title
        description
        paramsSchema
        hints {
          ...Hints
        }
      }
    }
  }
  request {
    id
    action
    handle
    params
    status
    createdAt
  }
}
    ` as unknown as DocumentNode<ApprovalDetailsFragment, unknown>;
export const ApprovalRowFragmentDoc = gql`
    fragment ApprovalRow on Approval {
  id
  status
  revision
  createdAt
  expiresAt
  resolvedAt
  holdReasons {
    reason
  }
  request {
    id
    action
  }
  agent {
    id
    handle
  }
  sender {
    id
    displayName
  }
}
    ` as unknown as DocumentNode<ApprovalRowFragment, unknown>;
export const KeyFragmentDoc = gql`
    fragment Key on ApiKey {
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
    ` as unknown as DocumentNode<KeyFragment, unknown>;
export const ApproverRowFragmentDoc = gql`
    fragment ApproverRow on Approver {
  id
  displayName
  email
  actions
  createdAt
  agents {
    id
    handle
  }
  apiKeys {
    ...Key
  }
}
    ` as unknown as DocumentNode<ApproverRowFragment, unknown>;
export const AuditEntryRowFragmentDoc = gql`
    fragment AuditEntryRow on AuditEntry {
  id
  index
  type
  at
  isSealed
  node
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
  agent {
    id
    handle
  }
}
    ` as unknown as DocumentNode<AuditEntryRowFragment, unknown>;
export const InvitationRowFragmentDoc = gql`
    fragment InvitationRow on Invitation {
  id
  uses
  usesLeft
  expiresAt
  createdBy
  createdAt
  revokedAt
}
    ` as unknown as DocumentNode<InvitationRowFragment, unknown>;
export const LimitsDetailsFragmentDoc = gql`
    fragment LimitsDetails on AgentLimits {
  version
  perMinute
  perDay
  perSenderPerMinute
  perSenderPerDay
  openPerSender
}
    ` as unknown as DocumentNode<LimitsDetailsFragment, unknown>;
export const SenderLimitRowFragmentDoc = gql`
    fragment SenderLimitRow on SenderLimit {
  senderId
  senderName
  perMinute
  perDay
  open
  blocked
  reason
  updatedAt
}
    ` as unknown as DocumentNode<SenderLimitRowFragment, unknown>;
export const RequestRowFragmentDoc = gql`
    fragment RequestRow on Request {
  id
  status
  action
  handle
  senderId
  senderName
  attempts
  createdAt
  updatedAt
}
    ` as unknown as DocumentNode<RequestRowFragment, unknown>;
export const RequestDetailsFragmentDoc = gql`
    fragment RequestDetails on Request {
  ...RequestRow
  params
  result
  expiresAt
  contractId
  contextId
  progress {
    value
    total
    message
  }
  error {
    code
    message
  }
  pipelineLog {
    stage
    passed
    kind
    reason
    detail
    issues {
      path
      message
    }
    durationMs
  }
  approval {
    status
    expiresAt
    toSender
    approval {
      id
      status
      quorum
      mayDecide
      createdAt
      expiresAt
      resolvedAt
      decisions {
        ...DecisionDetails
      }
    }
  }
  paramsRemoved
  effectiveParams
  outcomeAttempt
  deliveries {
    attempt
    channelId
    nodeId
    deliveredAt
    ackedAt
  }
  agent {
    id
    handle
    displayName
  }
}
    ` as unknown as DocumentNode<RequestDetailsFragment, unknown>;
export const SuspensionDetailsFragmentDoc = gql`
    fragment SuspensionDetails on Suspension {
  reason
  by
  at
}
    ` as unknown as DocumentNode<SuspensionDetailsFragment, unknown>;
export const SenderRowFragmentDoc = gql`
    fragment SenderRow on Sender {
  id
  displayName
  createdAt
  suspension {
    ...SuspensionDetails
  }
}
    ` as unknown as DocumentNode<SenderRowFragment, unknown>;
export const SettingsDetailsFragmentDoc = gql`
    fragment SettingsDetails on ApprovalSettings {
  version
  windowSeconds
  quorum
  pendingPerSenderMax
  perSenderPerHour
  denyCoolDownSeconds
  allowEdits
  preventSelfApproval
  notify
}
    ` as unknown as DocumentNode<SettingsDetailsFragment, unknown>;
export const WebhookRowFragmentDoc = gql`
    fragment WebhookRow on WebhookEndpoint {
  id
  name
  url
  events
  includesParams
  disabledAt
  lastStatus
  lastError
  lastAt
  createdAt
}
    ` as unknown as DocumentNode<WebhookRowFragment, unknown>;
export const AdminsDocument = gql`
    query Admins {
  viewer {
    __typename
    ... on Admin {
      id
      name
    }
  }
  admins {
    ...AdminAccountRow
  }
}
    ${AdminAccountRowFragmentDoc}` as unknown as DocumentNode<AdminsQuery, AdminsQueryVariables>;
export const CreateAdminDocument = gql`
    mutation CreateAdmin($name: String!) {
  createAdmin(input: {name: $name}) {
    __typename
    ... on CreateAdminSuccess {
      setupUrl
      admin {
        ...AdminAccountRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${AdminAccountRowFragmentDoc}` as unknown as DocumentNode<CreateAdminMutation, CreateAdminMutationVariables>;
export const RemoveAdminDocument = gql`
    mutation RemoveAdmin($adminId: ID!) {
  removeAdmin(input: {adminId: $adminId}) {
    __typename
    ... on RemoveAdminSuccess {
      admin {
        id
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<RemoveAdminMutation, RemoveAdminMutationVariables>;
export const AgentsDocument = gql`
    query Agents($search: String, $status: AgentStatus, $action: String, $since: DateTime!, $orderBy: AgentOrder, $descending: Boolean, $page: Int, $pageSize: Int) {
  agentSummaries(
    search: $search
    status: $status
    action: $action
    since: $since
    orderBy: $orderBy
    descending: $descending
    page: $page
    pageSize: $pageSize
  ) {
    totalCount
    rows {
      requests
      failures
      agent {
        id
        handle
        displayName
        status
        lastHeartbeatAt
        capabilities {
          id
          capabilities {
            action
          }
        }
      }
    }
  }
}
    ` as unknown as DocumentNode<AgentsQuery, AgentsQueryVariables>;
export const AgentDocument = gql`
    query Agent($handle: String!, $isAdmin: Boolean!) {
  agent(handle: $handle) {
    id
    handle
    displayName
    description
    status
    lastHeartbeatAt
    createdAt
    capabilities {
      ...Contract
    }
    policies {
      ...Policies
    }
    channels @include(if: $isAdmin) {
      id
      transport
      nodeId
      openedAt
      openRequests
    }
    keysManage
    owner {
      id
    }
    suspension @include(if: $isAdmin) {
      ...SuspensionDetails
    }
    storage {
      bytes
      maxBytes
      countedAt
    }
    quarantines {
      document
      version
      at
      until
    }
    apiKeys {
      ...Key
    }
  }
}
    ${ContractFragmentDoc}
${HintsFragmentDoc}
${PoliciesFragmentDoc}
${SuspensionDetailsFragmentDoc}
${KeyFragmentDoc}` as unknown as DocumentNode<AgentQuery, AgentQueryVariables>;
export const AgentVersionsDocument = gql`
    query AgentVersions($handle: String!, $first: Int!) {
  agent(handle: $handle) {
    id
    capabilityHistory(first: $first) {
      totalCount
      edges {
        node {
          ...Contract
        }
      }
    }
    policyHistory(first: $first) {
      totalCount
      edges {
        node {
          ...Policies
        }
      }
    }
  }
}
    ${ContractFragmentDoc}
${HintsFragmentDoc}
${PoliciesFragmentDoc}` as unknown as DocumentNode<AgentVersionsQuery, AgentVersionsQueryVariables>;
export const AgentNamesDocument = gql`
    query AgentNames($search: String) {
  agents(first: 50, search: $search) {
    edges {
      node {
        id
        handle
        displayName
        status
      }
    }
  }
}
    ` as unknown as DocumentNode<AgentNamesQuery, AgentNamesQueryVariables>;
export const AgentContractDocument = gql`
    query AgentContract($handle: String!) {
  agent(handle: $handle) {
    id
    handle
    displayName
    status
    capabilities {
      ...Contract
    }
  }
}
    ${ContractFragmentDoc}
${HintsFragmentDoc}` as unknown as DocumentNode<AgentContractQuery, AgentContractQueryVariables>;
export const DeleteAgentDocument = gql`
    mutation DeleteAgent($agentId: ID!) {
  deleteAgent(input: {agentId: $agentId}) {
    __typename
    ... on DeleteAgentSuccess {
      agentId
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<DeleteAgentMutation, DeleteAgentMutationVariables>;
export const SuspendAgentDocument = gql`
    mutation SuspendAgent($id: ID!, $reason: String!) {
  suspendAgent(input: {id: $id, reason: $reason}) {
    __typename
    ... on SuspendAgentSuccess {
      agent {
        id
        status
        suspension {
          ...SuspensionDetails
        }
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${SuspensionDetailsFragmentDoc}` as unknown as DocumentNode<SuspendAgentMutation, SuspendAgentMutationVariables>;
export const ResumeAgentDocument = gql`
    mutation ResumeAgent($id: ID!, $reason: String) {
  resumeAgent(input: {id: $id, reason: $reason}) {
    __typename
    ... on ResumeAgentSuccess {
      agent {
        id
        status
        suspension {
          ...SuspensionDetails
        }
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${SuspensionDetailsFragmentDoc}` as unknown as DocumentNode<ResumeAgentMutation, ResumeAgentMutationVariables>;
export const LiftQuarantineDocument = gql`
    mutation LiftQuarantine($agentId: ID!) {
  liftQuarantine(input: {agentId: $agentId}) {
    __typename
    ... on LiftQuarantineSuccess {
      agent {
        id
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<LiftQuarantineMutation, LiftQuarantineMutationVariables>;
export const ApproversToLinkDocument = gql`
    query ApproversToLink($handle: String!) {
  agent(handle: $handle) {
    id
    approvers {
      id
      displayName
      actions
    }
    managed: approvers(managed: true) {
      id
      email
    }
  }
}
    ` as unknown as DocumentNode<ApproversToLinkQuery, ApproversToLinkQueryVariables>;
export const CreateApprovalLinkDocument = gql`
    mutation CreateApprovalLink($input: CreateApprovalLinkInput!) {
  createApprovalLink(input: $input) {
    __typename
    ... on CreateApprovalLinkSuccess {
      url
      expiresAt
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<CreateApprovalLinkMutation, CreateApprovalLinkMutationVariables>;
export const ApprovalDocument = gql`
    query Approval($id: ID!) {
  approval(id: $id) {
    ...ApprovalDetails
  }
}
    ${ApprovalDetailsFragmentDoc}
${DecisionDetailsFragmentDoc}
${HintsFragmentDoc}` as unknown as DocumentNode<ApprovalQuery, ApprovalQueryVariables>;
export const ApprovalLineDocument = gql`
    query ApprovalLine($first: Int!) {
  approvals(status: [PENDING], first: $first) {
    edges {
      node {
        id
        expiresAt
      }
    }
  }
}
    ` as unknown as DocumentNode<ApprovalLineQuery, ApprovalLineQueryVariables>;
export const ApprovalChangesDocument = gql`
    subscription ApprovalChanges($agentId: ID!) {
  approvalActivity(agentId: $agentId) {
    id
    revision
  }
}
    ` as unknown as DocumentNode<ApprovalChangesSubscription, ApprovalChangesSubscriptionVariables>;
export const DecideApprovalDocument = gql`
    mutation DecideApproval($input: DecideApprovalInput!) {
  decideApproval(input: $input) {
    __typename
    ... on DecideApprovalSuccess {
      approval {
        ...ApprovalDetails
      }
      rememberedRule {
        madeFrom
      }
      policySet {
        id
        version
      }
    }
    ... on ApprovalChangedError {
      message
      digest
    }
    ... on ApprovalDecidedError {
      message
      status
    }
    ... on RequestRejectedError {
      message
      stage
      kind
      reason
    }
    ... on InvalidInputError {
      message
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${ApprovalDetailsFragmentDoc}
${DecisionDetailsFragmentDoc}
${HintsFragmentDoc}` as unknown as DocumentNode<DecideApprovalMutation, DecideApprovalMutationVariables>;
export const PendingApprovalsDocument = gql`
    query PendingApprovals($last: Int!) {
  approvals(status: [PENDING], last: $last) {
    totalCount
    edges {
      node {
        ...ApprovalRow
      }
    }
  }
}
    ${ApprovalRowFragmentDoc}` as unknown as DocumentNode<PendingApprovalsQuery, PendingApprovalsQueryVariables>;
export const ResolvedApprovalsDocument = gql`
    query ResolvedApprovals($first: Int!, $after: String) {
  approvals(
    status: [APPROVED, DENIED, EXPIRED, CANCELLED, REJECTED]
    first: $first
    after: $after
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...ApprovalRow
      }
    }
  }
}
    ${ApprovalRowFragmentDoc}` as unknown as DocumentNode<ResolvedApprovalsQuery, ResolvedApprovalsQueryVariables>;
export const ApprovalActivityDocument = gql`
    subscription ApprovalActivity {
  approvalActivity {
    id
    revision
  }
}
    ` as unknown as DocumentNode<ApprovalActivitySubscription, ApprovalActivitySubscriptionVariables>;
export const AgentApproversDocument = gql`
    query AgentApprovers($handle: String!) {
  agent(handle: $handle) {
    id
    capabilities {
      id
      capabilities {
        action
      }
    }
    approvers {
      id
      displayName
      actions
      createdAt
    }
    managed: approvers(managed: true) {
      ...ApproverRow
    }
  }
}
    ${ApproverRowFragmentDoc}
${KeyFragmentDoc}` as unknown as DocumentNode<AgentApproversQuery, AgentApproversQueryVariables>;
export const CreateApproverDocument = gql`
    mutation CreateApprover($input: CreateApproverInput!) {
  createApprover(input: $input) {
    __typename
    ... on CreateApproverSuccess {
      apiKey
      approver {
        ...ApproverRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${ApproverRowFragmentDoc}
${KeyFragmentDoc}` as unknown as DocumentNode<CreateApproverMutation, CreateApproverMutationVariables>;
export const RemoveApproverDocument = gql`
    mutation RemoveApprover($approverId: ID!) {
  removeApprover(input: {approverId: $approverId}) {
    __typename
    ... on RemoveApproverSuccess {
      approver {
        id
        removedAt
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<RemoveApproverMutation, RemoveApproverMutationVariables>;
export const AuditEntriesDocument = gql`
    query AuditEntries($first: Int, $after: String, $type: [String!], $agentId: ID, $requestId: ID, $from: DateTime) {
  auditEntries(
    first: $first
    after: $after
    type: $type
    agentId: $agentId
    requestId: $requestId
    from: $from
  ) {
    totalCount
    isTotalCountExact
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...AuditEntryRow
        data
        details
        canonical
      }
    }
  }
}
    ${AuditEntryRowFragmentDoc}` as unknown as DocumentNode<AuditEntriesQuery, AuditEntriesQueryVariables>;
export const AuditCheckpointDocument = gql`
    query AuditCheckpoint {
  auditCheckpoint {
    size
    root
    note
    at
  }
}
    ` as unknown as DocumentNode<AuditCheckpointQuery, AuditCheckpointQueryVariables>;
export const AuditProofDocument = gql`
    query AuditProof($entryId: ID!) {
  auditProof(entryId: $entryId)
}
    ` as unknown as DocumentNode<AuditProofQuery, AuditProofQueryVariables>;
export const InvitationsDocument = gql`
    query Invitations {
  invitations {
    ...InvitationRow
  }
}
    ${InvitationRowFragmentDoc}` as unknown as DocumentNode<InvitationsQuery, InvitationsQueryVariables>;
export const CreateInvitationDocument = gql`
    mutation CreateInvitation($uses: Int!, $expiresAt: DateTime!) {
  createInvitation(input: {uses: $uses, expiresAt: $expiresAt}) {
    __typename
    ... on CreateInvitationSuccess {
      code
      invitation {
        ...InvitationRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${InvitationRowFragmentDoc}` as unknown as DocumentNode<CreateInvitationMutation, CreateInvitationMutationVariables>;
export const RevokeInvitationDocument = gql`
    mutation RevokeInvitation($invitationId: ID!) {
  revokeInvitation(input: {invitationId: $invitationId}) {
    __typename
    ... on RevokeInvitationSuccess {
      invitation {
        ...InvitationRow
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${InvitationRowFragmentDoc}` as unknown as DocumentNode<RevokeInvitationMutation, RevokeInvitationMutationVariables>;
export const CreateKeyDocument = gql`
    mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) {
    __typename
    ... on CreateApiKeySuccess {
      apiKey
      key {
        ...Key
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${KeyFragmentDoc}` as unknown as DocumentNode<CreateKeyMutation, CreateKeyMutationVariables>;
export const RotateKeyDocument = gql`
    mutation RotateKey($apiKeyId: ID!, $overlapSeconds: Int) {
  rotateApiKey(input: {apiKeyId: $apiKeyId, overlapSeconds: $overlapSeconds}) {
    __typename
    ... on RotateApiKeySuccess {
      apiKey
      key {
        ...Key
      }
      former {
        ...Key
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${KeyFragmentDoc}` as unknown as DocumentNode<RotateKeyMutation, RotateKeyMutationVariables>;
export const RevokeKeyDocument = gql`
    mutation RevokeKey($apiKeyId: ID!) {
  revokeApiKey(input: {apiKeyId: $apiKeyId}) {
    __typename
    ... on RevokeApiKeySuccess {
      key {
        ...Key
      }
      warnings {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${KeyFragmentDoc}` as unknown as DocumentNode<RevokeKeyMutation, RevokeKeyMutationVariables>;
export const AgentLimitsDocument = gql`
    query AgentLimits($handle: String!, $first: Int!, $after: String, $since: DateTime!) {
  agent(handle: $handle) {
    id
    limits {
      ...LimitsDetails
    }
    rejectionsNotKept(since: $since) {
      senderId
      stage
      count
    }
    senderLimits(first: $first, after: $after) {
      totalCount
      pageInfo {
        hasNextPage
        endCursor
      }
      edges {
        node {
          ...SenderLimitRow
        }
      }
    }
  }
}
    ${LimitsDetailsFragmentDoc}
${SenderLimitRowFragmentDoc}` as unknown as DocumentNode<AgentLimitsQuery, AgentLimitsQueryVariables>;
export const SetAgentLimitsDocument = gql`
    mutation SetAgentLimits($input: AgentLimitsInput!) {
  setAgentLimits(input: $input) {
    __typename
    ... on SetAgentLimitsSuccess {
      limits {
        ...LimitsDetails
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${LimitsDetailsFragmentDoc}` as unknown as DocumentNode<SetAgentLimitsMutation, SetAgentLimitsMutationVariables>;
export const SetSenderLimitDocument = gql`
    mutation SetSenderLimit($input: SenderLimitInput!) {
  setSenderLimit(input: $input) {
    __typename
    ... on SetSenderLimitSuccess {
      senderLimit {
        ...SenderLimitRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${SenderLimitRowFragmentDoc}` as unknown as DocumentNode<SetSenderLimitMutation, SetSenderLimitMutationVariables>;
export const RemoveSenderLimitDocument = gql`
    mutation RemoveSenderLimit($agentId: ID!, $senderId: ID!) {
  removeSenderLimit(input: {agentId: $agentId, senderId: $senderId}) {
    __typename
    ... on RemoveSenderLimitSuccess {
      senderLimit {
        senderId
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<RemoveSenderLimitMutation, RemoveSenderLimitMutationVariables>;
export const OwnKeysDocument = gql`
    query OwnKeys {
  viewer {
    __typename
    ... on Owner {
      id
      apiKeys {
        ...Key
      }
    }
  }
}
    ${KeyFragmentDoc}` as unknown as DocumentNode<OwnKeysQuery, OwnKeysQueryVariables>;
export const UpdateAgentDocument = gql`
    mutation UpdateAgent($input: UpdateAgentInput!) {
  updateAgent(input: $input) {
    __typename
    ... on UpdateAgentSuccess {
      agent {
        id
        displayName
        description
        keysManage
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<UpdateAgentMutation, UpdateAgentMutationVariables>;
export const IssueOwnerKeyDocument = gql`
    mutation IssueOwnerKey($agentId: ID!) {
  issueOwnerKey(input: {agentId: $agentId}) {
    __typename
    ... on IssueOwnerKeySuccess {
      ownerKey
      owner {
        id
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<IssueOwnerKeyMutation, IssueOwnerKeyMutationVariables>;
export const OverviewDocument = gql`
    query Overview($from: DateTime!, $to: DateTime!, $buckets: Int!) {
  overview(from: $from, to: $to, buckets: $buckets) {
    totals {
      agents
      agentsOnline
      channels
      openRequests
    }
    storage {
      part
      kinds {
        kind
        rows
        bytes
      }
      largest(first: 5) {
        kind
        id
        bytes
      }
    }
    latency {
      count
      p50
      p90
      p95
      p99
    }
    buckets {
      from
      byStatus {
        status
        count
      }
      latency {
        count
        p50
        p95
      }
    }
    rejections(first: 10) {
      stage
      reason
      count
    }
  }
}
    ` as unknown as DocumentNode<OverviewQuery, OverviewQueryVariables>;
export const ActivityDocument = gql`
    subscription Activity {
  platformActivity {
    __typename
    ... on AgentStatusChanged {
      at
      agent {
        id
        handle
        status
        lastHeartbeatAt
      }
    }
    ... on RequestStatusChanged {
      at
      request {
        id
        status
        attempts
        updatedAt
      }
    }
  }
}
    ` as unknown as DocumentNode<ActivitySubscription, ActivitySubscriptionVariables>;
export const PublishPoliciesDocument = gql`
    mutation PublishPolicies($input: PublishPoliciesInput!) {
  publishPolicies(input: $input) {
    __typename
    ... on PublishPoliciesSuccess {
      policySet {
        ...Policies
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
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${PoliciesFragmentDoc}` as unknown as DocumentNode<PublishPoliciesMutation, PublishPoliciesMutationVariables>;
export const PublishContractDocument = gql`
    mutation PublishContract($input: PublishCapabilitiesInput!) {
  publishCapabilities(input: $input) {
    __typename
    ... on PublishCapabilitiesSuccess {
      contract {
        ...Contract
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
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${ContractFragmentDoc}
${HintsFragmentDoc}` as unknown as DocumentNode<PublishContractMutation, PublishContractMutationVariables>;
export const ReplayPoliciesDocument = gql`
    query ReplayPolicies($agentId: ID!, $rules: [PolicyRuleInput!]!, $defaultAction: PolicyAction) {
  policyReplay(agentId: $agentId, rules: $rules, defaultAction: $defaultAction) {
    __typename
    ... on PolicyReplaySuccess {
      evaluated
      withoutParams
      truncated
      changed {
        requestId
        action
        before
        after
        reason
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<ReplayPoliciesQuery, ReplayPoliciesQueryVariables>;
export const RememberedRuleDocument = gql`
    query RememberedRule($id: ID!, $remember: RememberInput!) {
  approval(id: $id) {
    id
    suggestedRule(remember: $remember) {
      condition
      cel
      onlyParams
      expiresAt
      madeFrom
    }
  }
}
    ` as unknown as DocumentNode<RememberedRuleQuery, RememberedRuleQueryVariables>;
export const RequestsDocument = gql`
    query Requests($first: Int, $after: String, $status: [RequestStatus!], $handle: String, $action: String, $senderId: ID, $submittedFrom: DateTime, $submittedBefore: DateTime) {
  requests(
    first: $first
    after: $after
    status: $status
    handle: $handle
    action: $action
    senderId: $senderId
    submittedFrom: $submittedFrom
    submittedBefore: $submittedBefore
  ) {
    totalCount
    isTotalCountExact
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...RequestRow
      }
    }
  }
}
    ${RequestRowFragmentDoc}` as unknown as DocumentNode<RequestsQuery, RequestsQueryVariables>;
export const RequestDocument = gql`
    query Request($id: ID!) {
  request(id: $id) {
    ...RequestDetails
  }
}
    ${RequestDetailsFragmentDoc}
${RequestRowFragmentDoc}
${DecisionDetailsFragmentDoc}` as unknown as DocumentNode<RequestQuery, RequestQueryVariables>;
export const CancelRequestDocument = gql`
    mutation CancelRequest($requestId: ID!, $reason: String) {
  cancelRequest(input: {requestId: $requestId, reason: $reason}) {
    __typename
    ... on CancelRequestSuccess {
      request {
        ...RequestRow
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${RequestRowFragmentDoc}` as unknown as DocumentNode<CancelRequestMutation, CancelRequestMutationVariables>;
export const DryRunDocument = gql`
    query DryRun($input: DryRunInput!) {
  dryRun(input: $input) {
    __typename
    ... on DryRunSuccess {
      outcome
      stages {
        stage
        passed
        kind
        reason
        detail
        issues {
          path
          message
        }
        durationMs
      }
    }
    ... on DomainError {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
  }
}
    ` as unknown as DocumentNode<DryRunQuery, DryRunQueryVariables>;
export const SubmitTestRequestDocument = gql`
    mutation SubmitTestRequest($input: SubmitTestRequestInput!) {
  submitTestRequest(input: $input) {
    __typename
    ... on SubmitTestRequestSuccess {
      request {
        ...RequestRow
      }
    }
    ... on DomainError {
      message
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on RequestRejectedError {
      stage
      reason
      requestId
    }
  }
}
    ${RequestRowFragmentDoc}` as unknown as DocumentNode<SubmitTestRequestMutation, SubmitTestRequestMutationVariables>;
export const RequestUpdatesDocument = gql`
    subscription RequestUpdates($id: ID!) {
  requestUpdates(requestId: $id) {
    ...RequestDetails
  }
}
    ${RequestDetailsFragmentDoc}
${RequestRowFragmentDoc}
${DecisionDetailsFragmentDoc}` as unknown as DocumentNode<RequestUpdatesSubscription, RequestUpdatesSubscriptionVariables>;
export const RestingHandlesDocument = gql`
    query RestingHandles($beginning: String) {
  restingHandles(beginning: $beginning) {
    handle
    freedAt
    restsUntil
    owner {
      id
    }
  }
}
    ` as unknown as DocumentNode<RestingHandlesQuery, RestingHandlesQueryVariables>;
export const ReleaseHandleDocument = gql`
    mutation ReleaseHandle($handle: String!) {
  releaseHandle(input: {handle: $handle}) {
    __typename
    ... on ReleaseHandleSuccess {
      handle
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<ReleaseHandleMutation, ReleaseHandleMutationVariables>;
export const SendersDocument = gql`
    query Senders($search: String, $suspended: Boolean, $first: Int, $after: String) {
  senders(search: $search, suspended: $suspended, first: $first, after: $after) {
    pageInfo {
      hasNextPage
      endCursor
    }
    edges {
      node {
        ...SenderRow
      }
    }
  }
}
    ${SenderRowFragmentDoc}
${SuspensionDetailsFragmentDoc}` as unknown as DocumentNode<SendersQuery, SendersQueryVariables>;
export const SenderDocument = gql`
    query Sender($id: ID!) {
  sender(id: $id) {
    ...SenderRow
    storage {
      bytes
      maxBytes
      countedAt
    }
    apiKeys {
      ...Key
    }
  }
}
    ${SenderRowFragmentDoc}
${SuspensionDetailsFragmentDoc}
${KeyFragmentDoc}` as unknown as DocumentNode<SenderQuery, SenderQueryVariables>;
export const SuspendSenderDocument = gql`
    mutation SuspendSender($id: ID!, $reason: String!) {
  suspendSender(input: {id: $id, reason: $reason}) {
    __typename
    ... on SuspendSenderSuccess {
      sender {
        ...SenderRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${SenderRowFragmentDoc}
${SuspensionDetailsFragmentDoc}` as unknown as DocumentNode<SuspendSenderMutation, SuspendSenderMutationVariables>;
export const ResumeSenderDocument = gql`
    mutation ResumeSender($id: ID!, $reason: String) {
  resumeSender(input: {id: $id, reason: $reason}) {
    __typename
    ... on ResumeSenderSuccess {
      sender {
        ...SenderRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${SenderRowFragmentDoc}
${SuspensionDetailsFragmentDoc}` as unknown as DocumentNode<ResumeSenderMutation, ResumeSenderMutationVariables>;
export const AgentApprovalSettingsDocument = gql`
    query AgentApprovalSettings($handle: String!) {
  agent(handle: $handle) {
    id
    approvers {
      id
      displayName
    }
    managed: approvers(managed: true) {
      id
      email
    }
    approvalSettings {
      ...SettingsDetails
    }
  }
}
    ${SettingsDetailsFragmentDoc}` as unknown as DocumentNode<AgentApprovalSettingsQuery, AgentApprovalSettingsQueryVariables>;
export const SetApprovalSettingsDocument = gql`
    mutation SetApprovalSettings($input: ApprovalSettingsInput!) {
  setApprovalSettings(input: $input) {
    __typename
    ... on SetApprovalSettingsSuccess {
      settings {
        ...SettingsDetails
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${SettingsDetailsFragmentDoc}` as unknown as DocumentNode<SetApprovalSettingsMutation, SetApprovalSettingsMutationVariables>;
export const ViewerDocument = gql`
    query Viewer {
  viewer {
    __typename
    ... on Admin {
      adminId: id
      name
    }
    ... on Owner {
      id
    }
    ... on Approver {
      id
      displayName
    }
  }
}
    ` as unknown as DocumentNode<ViewerQuery, ViewerQueryVariables>;
export const AgentWebhooksDocument = gql`
    query AgentWebhooks($handle: String!) {
  agent(handle: $handle) {
    id
    webhooks {
      ...WebhookRow
    }
  }
}
    ${WebhookRowFragmentDoc}` as unknown as DocumentNode<AgentWebhooksQuery, AgentWebhooksQueryVariables>;
export const SetWebhookDocument = gql`
    mutation SetWebhook($input: WebhookInput!) {
  setWebhook(input: $input) {
    __typename
    ... on SetWebhookSuccess {
      secret
      endpoint {
        ...WebhookRow
      }
    }
    ... on InvalidInputError {
      issues {
        path
        message
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${WebhookRowFragmentDoc}` as unknown as DocumentNode<SetWebhookMutation, SetWebhookMutationVariables>;
export const TestWebhookDocument = gql`
    mutation TestWebhook($agentId: ID!, $name: String!) {
  testWebhook(input: {agentId: $agentId, name: $name}) {
    __typename
    ... on TestWebhookSuccess {
      endpoint {
        ...WebhookRow
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ${WebhookRowFragmentDoc}` as unknown as DocumentNode<TestWebhookMutation, TestWebhookMutationVariables>;
export const RemoveWebhookDocument = gql`
    mutation RemoveWebhook($agentId: ID!, $name: String!) {
  removeWebhook(input: {agentId: $agentId, name: $name}) {
    __typename
    ... on RemoveWebhookSuccess {
      endpoint {
        id
      }
    }
    ... on DomainError {
      message
    }
  }
}
    ` as unknown as DocumentNode<RemoveWebhookMutation, RemoveWebhookMutationVariables>;