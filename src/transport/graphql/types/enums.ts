import type { ApprovalRoute, ApprovalVerdict } from '../../../application/ports/decision-store.ts';
import type { ChannelRecord } from '../../../application/ports/presence-store.ts';
import type { AgentOrder } from '../../../application/ports/statistics-store.ts';
import type { WhenOffline } from '../../../application/requests/submit-request.ts';
import type { AgentStatus } from '../../../domain/agent.ts';
import type { ApiKeyKind } from '../../../domain/api-key.ts';
import type { ApprovalStatus } from '../../../domain/approval.ts';
import type { ResultFormat } from '../../../domain/contract.ts';
import type { PolicyAction } from '../../../domain/policy.ts';
import type { QuarantinedDocument } from '../../../domain/quarantine.ts';
import type { RememberAs } from '../../../domain/remember.ts';
import type { ReplayOutcome } from '../../../domain/replay.ts';
import type { RequestOrder, RequestStatus } from '../../../domain/request.ts';
import type { SenderKind } from '../../../domain/sender-profile.ts';
import type { StorageHolderKind } from '../../../domain/storage.ts';
import type { Decision, LOGGED_KINDS } from '../../../domain/verdict.ts';
import type { WebhookEvent } from '../../../domain/webhook.ts';
import { builder } from '../builder.ts';

/** Values of an enum whose name inside is the name outside, each with its description. */
const described = <Value extends string>(values: Record<Value, string>) =>
  Object.fromEntries(
    Object.entries<string>(values).map(([value, description]) => [value, { value, description }]),
  ) as Record<Value, { value: Value; description: string }>;

export const AgentStatusEnum = builder.enumType('AgentStatus', {
  description: 'Whether an agent can be reached now.',
  values: described<AgentStatus>({
    ACTIVE: 'At least one channel is open, on any node.',
    INACTIVE: 'No channel is open.',
  }),
});

export const RequestStatusEnum = builder.enumType('RequestStatus', {
  description: [
    'REST and the raw WebSocket write these in lower case.',
    'PENDING → AWAITING_APPROVAL → DISPATCHED → ACKED → COMPLETED | FAILED, and from any of the',
    'non-final ones → REJECTED | CANCELLED | TIMEOUT. Final states never change.',
  ].join('\n'),
  values: described<RequestStatus>({
    PENDING: 'Accepted, and waiting for a channel of the agent.',
    AWAITING_APPROVAL: 'Held for a human by a policy rule.',
    DISPATCHED: 'Delivered to a channel, and not acknowledged yet.',
    ACKED: 'The agent has it and works on it.',
    COMPLETED: 'Done; see `result`. Final.',
    FAILED: 'The agent could not do it, or nobody took it; see `error`. Final.',
    REJECTED: 'The pipeline said no; see `pipelineLog`. Final.',
    CANCELLED: 'Called off before it was finished. Final.',
    TIMEOUT: 'Not finished before `expiresAt`. Final.',
  }),
});

export const ApprovalStatusEnum = builder.enumType('ApprovalStatus', {
  description: 'Where an approval stands. REST writes these in lower case. All but PENDING are final.',
  values: described<ApprovalStatus>({
    PENDING: 'People are asked.',
    APPROVED: 'As many as must have approved it: the request goes to the agent.',
    DENIED: 'Somebody denied it.',
    EXPIRED: 'Nobody decided in time, which is a refusal.',
    CANCELLED: 'The request was called off.',
    REJECTED: 'The rules in force said no when it was decided.',
  }),
});

export const SenderKindEnum = builder.enumType('SenderKind', {
  description: 'Who asks.',
  values: described<SenderKind>({
    SENDER: 'A sender.',
    AGENT: 'An agent, on its own behalf.',
  }),
});

export const ResultFormatEnum = builder.enumType('ResultFormat', {
  description: 'How the result of an action is to be read.',
  values: described<ResultFormat>({
    JSON: 'It is any value.',
    CONTENT:
      'It is `{ content, structured }`: a list of blocks that people and models read, and a value for programs, which there must be with a resultSchema.',
  }),
});

export const PolicyActionEnum = builder.enumType('PolicyAction', {
  description: 'What a matching rule does.',
  values: described<PolicyAction>({
    REJECT: 'Deny overrides: one matching reject rule rejects, whatever else matches.',
    WAIVE_APPROVAL:
      'Take away what REQUIRE_APPROVAL holds, by a rule or as the default action: weaker than REJECT, and no leave by itself. No default action.',
    REQUIRE_APPROVAL: 'Hold the request for a human; weaker than REJECT, stronger than ALLOW.',
    ALLOW: 'Matters where defaultAction is REJECT.',
  }),
});

export const WhenOfflineEnum = builder.enumType('WhenOffline', {
  description: 'What happens to a request whose agent holds no channel.',
  values: described<WhenOffline>({
    REJECT: 'Answer AgentNotConnectedError (REST: 503). The default.',
    QUEUE: 'Keep it until the agent connects or the request expires.',
  }),
});

export const ApiKeyKindEnum = builder.enumType('ApiKeyKind', {
  description: 'Whom a key speaks for.',
  values: described<ApiKeyKind>({
    AGENT: 'An agent: manages itself, opens its channel, answers its requests, and may submit to others.',
    SENDER: 'A sender: submits requests and follows them.',
    OWNER: 'An owner: manages its agents, and decides what is held for approval.',
    APPROVER: 'An approver: decides what is held for approval of the agents that it was named for.',
  }),
});

export const ChannelTransportEnum = builder.enumType('ChannelTransport', {
  description: 'What a channel is spoken over.',
  values: {
    GRAPHQL: { value: 'graphql', description: 'The subscription agentChannel.' },
    WEBSOCKET: { value: 'websocket', description: 'The raw WebSocket.' },
  } as const satisfies Record<string, { value: ChannelRecord['transport']; description: string }>,
});

export const AgentOrderEnum = builder.enumType('AgentOrder', {
  description: 'What agents can be sorted by.',
  values: described<AgentOrder>({
    NEWEST: 'When they were registered.',
    HANDLE: 'Their handle.',
    NAME: 'Their display name.',
    LAST_HEARTBEAT: 'When they last had a heartbeat.',
    REQUESTS: 'How many requests were sent to them.',
    FAILURES: 'Which share of those failed.',
  }),
});

export const RequestOrderEnum = builder.enumType('RequestOrder', {
  description: 'What requests can be sorted by.',
  values: described<RequestOrder>({
    NEWEST: 'When they were submitted, the newest first.',
    UPDATED: 'When they last changed, the last one first; of what one sender sent. Of open ones the newest 1,000.',
  }),
});

export const ApprovalVerdictEnum = builder.enumType('ApprovalVerdict', {
  description: 'What somebody decides about what is held.',
  values: described<ApprovalVerdict>({
    APPROVE: 'It is to be done.',
    DENY: 'It is not; one who says so is enough.',
  }),
});

export const RememberAsEnum = builder.enumType('RememberAs', {
  description: 'What later requests may have in a param. REST writes these in lower case.',
  values: described<RememberAs>({
    VALUE: 'The value that was approved.',
    BOUND: 'A number within min and max, which the approved one is.',
    ANY: 'Any number, true or false, or any of the values that the contract lists; no other text.',
  }),
});

export const ApprovalRouteEnum = builder.enumType('ApprovalRoute', {
  description: 'Which door a decision came by.',
  values: described<ApprovalRoute>({
    GRAPHQL: 'The GraphQL API.',
    REST: 'The REST API.',
    CONSOLE: 'The console, by somebody who is logged in.',
    LINK: 'A link that was made for one approver and one approval.',
  }),
});

export const DenialKindEnum = builder.enumType('DenialKind', {
  description: 'Why the pipeline denied a request. REST writes these in lower case.',
  values: described<(typeof LOGGED_KINDS)[number]>({
    NO_CONTRACT: 'The agent has not published any capabilities.',
    UNKNOWN_ACTION: 'The action is not one of the agent’s capabilities.',
    INVALID_PARAMS: 'The params do not match the schema of the action, or cost too much to check.',
    BROKEN_CONSTRAINT: 'The params are over a constraint of the action.',
    POLICY: 'A policy rule of the agent rejects it, or none allows it.',
    APPROVAL_DENIED: 'People did not approve it, or not the same a while ago.',
    BLOCKED: 'The agent’s owner blocked the sender while the request was held.',
    STAGE_FAILED:
      'The agent’s contract cannot be used; of older requests also: a stage failed, or took too long, which rejects nothing any more.',
    BUSY: 'Of older requests: too many were being checked. That is answered OVERLOADED by now, and nothing is kept.',
    INVALID_RESULT: 'In the log of a request that failed: its result did not match the contract.',
  }),
});

export const ReplayOutcomeEnum = builder.enumType('ReplayOutcome', {
  description: 'What is decided about a request when it is submitted. REST writes these in lower case.',
  values: described<ReplayOutcome>({
    PASSED: 'It is delivered.',
    HELD: 'It is held for a human.',
    REJECTED: 'It is rejected.',
  }),
});

export const WebhookEventEnum = builder.enumType('WebhookEvent', {
  description: 'What a webhook tells. REST writes these in lower case; the message has them as `approval.requested`.',
  values: described<WebhookEvent>({
    APPROVAL_REQUESTED: 'A request is held, and somebody has to decide about it.',
    APPROVAL_REMINDER: 'Nobody has decided yet: at half of the time that there is, and at nine tenths.',
    APPROVAL_RESOLVED: 'It is over: approved, denied, expired, cancelled or rejected.',
    AGENT_QUARANTINED: 'The contract or the policies took more computing than they may, too often.',
  }),
});

export const StorageHolderEnum = builder.enumType('StorageHolderKind', {
  description: 'Of whom something is stored.',
  values: described<StorageHolderKind>({
    SENDER: 'A sender.',
    AGENT: 'An agent.',
    OWNER: 'An owner of agents.',
  }),
});

export const QuarantinedDocumentEnum = builder.enumType('QuarantinedDocument', {
  description: 'Which document of an agent. REST writes these in lower case.',
  values: described<QuarantinedDocument>({
    CONTRACT: 'Its contract.',
    POLICIES: 'Its policy set.',
  }),
});

export const DryRunOutcomeEnum = builder.enumType('DryRunOutcome', {
  description: 'What would become of a request.',
  values: described<Decision['outcome']>({
    PASSED: 'It would be delivered.',
    HELD: 'It would be held for a human.',
    DENIED: 'It would be rejected.',
  }),
});
