import { Type } from '@fastify/type-provider-typebox';
import { PUBLISH_CAPABILITIES } from '../../../application/agents/publish-capabilities.ts';
import { PUBLISH_POLICIES } from '../../../application/agents/publish-policies.ts';
import { REGISTER_AGENT } from '../../../application/agents/register-agent.ts';
import { REPLAY_POLICIES } from '../../../application/agents/replay-policies.ts';
import { UPDATE_AGENT } from '../../../application/agents/update-agent.ts';
import { DECIDE_APPROVAL } from '../../../application/approvals/decide-approval.ts';
import { CREATE_APPROVER } from '../../../application/approvals/manage-approvers.ts';
import { CREATE_API_KEY } from '../../../application/keys/manage-api-keys.ts';
import { ROTATE_API_KEY } from '../../../application/keys/rotate-api-key.ts';
import { SET_AGENT_LIMITS, SET_SENDER_LIMIT } from '../../../application/limits/manage-limits.ts';
import { CANCEL_REQUEST } from '../../../application/requests/cancel-request.ts';
import { OUTCOME_WAIT_MAX_SECONDS } from '../../../application/requests/outcome-waiters.ts';
import { SUBMIT_REQUEST } from '../../../application/requests/submit-request.ts';
import { REGISTER_SENDER } from '../../../application/senders/register-sender.ts';
import { SET_WEBHOOK } from '../../../application/webhooks/manage-webhooks.ts';
import { APPROVAL_CHOICES } from '../../../domain/approval-settings.ts';
import { bodyOf } from '../wire-fields.ts';
import { APPROVAL } from './approval-samples.ts';
import { oneOf } from './parts.ts';
import { CALENDAR, POLICIES, STANDUP } from './samples.ts';

/** What is sent in: bodies, path parameters, header fields. Unknown fields are ignored (see unknown-members.ts). */

export const RegisterAgentBody = bodyOf(Type.Omit(REGISTER_AGENT, ['ownerId']), {
  examples: [{ display_name: 'Marius Exec', handle: 'marius.exec' }],
});

export const UpdateAgentBody = bodyOf(Type.Omit(UPDATE_AGENT, ['agentId']), {
  examples: [{ display_name: 'Marius', agent_keys_manage: true }],
});

export const RegisterSenderBody = bodyOf(REGISTER_SENDER, { examples: [{ display_name: 'Sally Sender' }] });

export const ResolveBody = Type.Object(
  { handle: Type.String({ description: 'The handle, exactly as it was registered, or the id.' }) },
  { examples: [{ handle: 'marius.exec' }] },
);

export const PublishCapabilitiesBody = bodyOf(Type.Omit(PUBLISH_CAPABILITIES, ['agentId', 'check']), {
  examples: [{ capabilities: [CALENDAR] }],
});

export const PublishPoliciesBody = bodyOf(Type.Omit(PUBLISH_POLICIES, ['agentId', 'check']), { examples: [POLICIES] });

export const ReplayPoliciesBody = bodyOf(Type.Omit(REPLAY_POLICIES, ['agentId']), { examples: [POLICIES] });

export const PublishQuery = Type.Object({
  check: Type.Optional(
    oneOf(['true', 'false'], {
      description: 'With `true` the document is only checked: what is wrong is answered, and nothing is published.',
    }),
  ),
});

export const SubmitRequestBody = bodyOf(Type.Omit(SUBMIT_REQUEST, ['handle', 'idempotencyKey']), {
  examples: [STANDUP],
});

/** May be left out altogether. */
export const CreateApiKeyBody = bodyOf(Type.Omit(CREATE_API_KEY, ['agentId', 'senderId', 'ownerId', 'approverId']), {
  examples: [{ expires_at: '2027-11-23T10:15:00Z' }],
});

/** May be left out altogether. */
export const RotateApiKeyBody = bodyOf(Type.Omit(ROTATE_API_KEY, ['apiKeyId']), {
  examples: [{ overlap_seconds: 3_600 }],
});

const prefer = Type.Optional(
  Type.String({
    description: `\`wait=<seconds>\` (RFC 7240), at most ${OUTCOME_WAIT_MAX_SECONDS}: answer when the request is final, or when the wait is over.`,
    examples: ['wait=30'],
  }),
);

export const GetRequestHeaders = Type.Object({ prefer });

export const FollowRequestHeaders = Type.Object({
  'last-event-id': Type.Optional(
    Type.String({
      description: 'The id of the last event that was received: only later ones are sent.',
      examples: ['3'],
    }),
  ),
});

export const SubmitRequestHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'The same key from the same sender answers with the first request again for 24 hours; with other content it is 422. At most 255 characters.',
      examples: ['order-4711'],
    }),
  ),
  prefer,
});

/** May be left out altogether. */
export const CancelRequestBody = bodyOf(Type.Omit(CANCEL_REQUEST, ['requestId']), {
  examples: [{ reason: 'Not needed any more' }],
});

export const AgentIdOrHandleParams = Type.Object({ id: Type.String({ description: "The agent's id or handle." }) });

export const CreateApproverBody = bodyOf(Type.Omit(CREATE_APPROVER, ['agentIds']), {
  examples: [{ display_name: 'Ann Approver', actions: ['calendar.schedule'], email: 'ann@example.com' }],
});

export const SetWebhookBody = bodyOf(Type.Omit(SET_WEBHOOK, ['agentId', 'name']), {
  examples: [{ url: 'https://hooks.example.com/approvals', events: ['approval_requested', 'approval_resolved'] }],
});

export const WebhookParams = Type.Object({
  ...AgentIdOrHandleParams.properties,
  name: Type.String({ description: "The webhook's name." }),
});

export const SetAgentLimitsBody = bodyOf(Type.Omit(SET_AGENT_LIMITS, ['agentId']), {
  examples: [{ per_minute: 600, per_sender_per_minute: 30 }],
});

export const SetSenderLimitBody = bodyOf(Type.Omit(SET_SENDER_LIMIT, ['agentId', 'senderId']), {
  examples: [{ blocked: true, reason: 'Asks for the same every second' }],
});

export const SenderOfAgentParams = Type.Object({
  ...AgentIdOrHandleParams.properties,
  sender_id: Type.String({ description: "The sender's id." }),
});

export const ApproverParams = Type.Object({
  ...AgentIdOrHandleParams.properties,
  approver_id: Type.String({ description: "The approver's id." }),
});

export const HandleParams = Type.Object({ handle: Type.String({ description: "The agent's handle, or its id." }) });

export const ApiKeyIdParams = Type.Object({ id: Type.String({ description: "The key's id." }) });

export const ApprovalSettingsBody = bodyOf(APPROVAL_CHOICES, {
  examples: [{ window_seconds: 28_800, quorum: 2, allow_edits: true }],
});

export const DecideApprovalBody = bodyOf(Type.Omit(DECIDE_APPROVAL, ['approvalId', 'verdict']), {
  examples: [{ digest: APPROVAL.digest, comment: 'Known to me' }],
});

export const ApprovalIdParams = Type.Object({ id: Type.String({ description: "The approval's id." }) });

export const AuditEntryIdParams = Type.Object({ id: Type.String({ description: "The entry's id." }) });

export const AuditHeadsQuery = Type.Object({
  agent: Type.Optional(
    Type.String({
      description:
        "Only that of the agent of this handle or id; otherwise an owner's first 100 agents', or the sender's.",
    }),
  ),
});

export const AuditConsistencyQuery = Type.Object({
  from: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 1,
      description: 'The size of the earlier tree.',
    }),
  ),
  to: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'The size of the later tree, at most what is sealed; that of the newest checkpoint when left out.',
    }),
  ),
});

export const RequestIdParams = Type.Object({ id: Type.String({ description: "The request's id." }) });
