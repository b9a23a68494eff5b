import type { WhenOffline } from '../../../application/submit-request.ts';
import type { AgentStatus } from '../../../domain/agent.ts';
import type { ApiKeyKind } from '../../../domain/api-key.ts';
import type { PolicyAction } from '../../../domain/policy.ts';
import type { RequestStatus } from '../../../domain/request.ts';
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
    DISPATCHED: 'Handed to a channel, and not acknowledged yet.',
    ACKED: 'The agent has it and works on it.',
    COMPLETED: 'Done; see `result`. Final.',
    FAILED: 'The agent could not do it, or nobody took it; see `error`. Final.',
    REJECTED: 'The pipeline said no; see `pipelineLog`. Final.',
    CANCELLED: 'Called off before it was finished. Final.',
    TIMEOUT: 'Not finished before `expiresAt`. Final.',
  }),
});

export const PolicyActionEnum = builder.enumType('PolicyAction', {
  description: 'What a matching rule does.',
  values: described<PolicyAction>({
    REJECT: 'Deny overrides: one matching reject rule rejects, whatever else matches.',
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
  }),
});
