import { Type } from '@fastify/type-provider-typebox';
import { OUTCOME_WAIT_MAX_SECONDS } from '../../../application/requests/outcome-waiters.ts';
import { DESCRIPTION_MAX_LENGTH } from '../../../domain/agent.ts';
import { CAPABILITIES_MAX, CAPABILITY_DESCRIPTION_MAX_LENGTH } from '../../../domain/contract.ts';
import {
  POLICY_ACTIONS,
  POLICY_CONDITION_MAX_LENGTH,
  POLICY_REASON_MAX_LENGTH,
  POLICY_RULES_MAX,
} from '../../../domain/policy.ts';
import { CANCEL_REASON_MAX_LENGTH } from '../../../domain/request.ts';
import { Action, DisplayName, Handle, jsonObject, lowerCaseOf, nullableText, oneOf } from './parts.ts';
import { CALENDAR, POLICIES, STANDUP } from './samples.ts';

/** What is sent in: bodies, path parameters, header fields. Unknown fields are ignored. */

export const RegisterAgentBody = Type.Object(
  {
    display_name: DisplayName,
    handle: Handle,
    description: Type.Optional(
      nullableText({ maxLength: DESCRIPTION_MAX_LENGTH, description: 'What the agent is there for.' }),
    ),
  },
  { examples: [{ display_name: 'Marius Exec', handle: 'marius.exec' }] },
);

export const RegisterSenderBody = Type.Object(
  { display_name: DisplayName },
  { examples: [{ display_name: 'Sally Sender' }] },
);

export const ResolveBody = Type.Object(
  { handle: Type.String({ description: 'The handle, exactly as it was registered.' }) },
  { examples: [{ handle: 'marius.exec' }] },
);

export const PublishCapabilitiesBody = Type.Object(
  {
    capabilities: Type.Array(
      Type.Object({
        action: Action,
        description: Type.Optional(
          nullableText({
            maxLength: CAPABILITY_DESCRIPTION_MAX_LENGTH,
            description: 'What it does, for those who look the agent up.',
          }),
        ),
        params_schema: Type.Optional(
          jsonObject({
            description: 'JSON Schema (draft 7 or 2020-12) that the params must fit; anything fits when left out.',
          }),
        ),
        constraints: Type.Optional(
          jsonObject({
            description: '`max_<param>` and `min_<param>` bounds on numeric params, inclusive.',
          }),
        ),
      }),
      { maxItems: CAPABILITIES_MAX, description: 'All actions that the agent is to offer.' },
    ),
  },
  { examples: [{ capabilities: [CALENDAR] }] },
);

const PolicyActionName = oneOf(lowerCaseOf(POLICY_ACTIONS), {
  description: 'reject overrides require_approval, which overrides allow.',
});

export const PublishPoliciesBody = Type.Object(
  {
    rules: Type.Array(
      Type.Object({
        condition: Type.String({
          minLength: 1,
          maxLength: POLICY_CONDITION_MAX_LENGTH,
          description:
            'An expression over `sender_id`, `action` and `params_<field>`: == != < <= > >=, and or not, in [..], + - * / %, a ? b : c.',
        }),
        action: PolicyActionName,
        reason: Type.Optional(
          nullableText({ maxLength: POLICY_REASON_MAX_LENGTH, description: 'What the sender is told.' }),
        ),
      }),
      { maxItems: POLICY_RULES_MAX, description: 'All rules that are to be in force.' },
    ),
    default_action: Type.Optional(
      oneOf(lowerCaseOf(POLICY_ACTIONS), {
        description: 'What a request gets that no rule matches.',
        default: 'allow',
      }),
    ),
  },
  { examples: [POLICIES] },
);

export const SubmitRequestBody = Type.Object(
  {
    action: Action,
    params: Type.Optional(jsonObject({ description: 'Its params, at most 64 KiB as JSON; {} when left out.' })),
    expires_in_seconds: Type.Optional(
      Type.Integer({ minimum: 1, description: 'After so long an unfinished request becomes `timeout`.' }),
    ),
    when_offline: Type.Optional(
      oneOf(['reject', 'queue'], {
        description: 'What happens when the agent holds no channel: 503, or the request waits for it as `pending`.',
        default: 'reject',
      }),
    ),
  },
  { examples: [STANDUP] },
);

export const SubmitRequestHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description:
        'The same key from the same sender answers with the first request again for 24 hours; with other content it is 422. At most 255 characters.',
      examples: ['order-4711'],
    }),
  ),
  prefer: Type.Optional(
    Type.String({
      description: `\`wait=<seconds>\` (RFC 7240), at most ${OUTCOME_WAIT_MAX_SECONDS}: answer when the request is final, or when the wait is over.`,
      examples: ['wait=30'],
    }),
  ),
});

/** May be left out altogether. */
export const CancelRequestBody = Type.Unsafe<{ readonly reason?: string | null } | null | undefined>({
  type: 'object',
  properties: {
    reason: nullableText({ maxLength: CANCEL_REASON_MAX_LENGTH, description: 'Why; the agent is told.' }),
  },
  examples: [{ reason: 'Not needed any more' }],
});

export const AgentIdParams = Type.Object({ id: Type.String({ description: "The agent's id." }) });

export const AgentIdOrHandleParams = Type.Object({ id: Type.String({ description: "The agent's id or handle." }) });

export const HandleParams = Type.Object({ handle: Type.String({ description: "The agent's handle." }) });

export const RequestIdParams = Type.Object({ id: Type.String({ description: "The request's id." }) });
