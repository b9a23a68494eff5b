import { Type } from '@fastify/type-provider-typebox';
import { AGENT, AGENT_STATUS } from '../../../domain/agent.ts';
import { APPROVAL, REQUEST_APPROVAL } from '../../../domain/approval.ts';
import { APPROVAL_SETTINGS } from '../../../domain/approval-settings.ts';
import { APPROVER } from '../../../domain/approver.ts';
import { CAPABILITY, CAPABILITY_CONTRACT } from '../../../domain/contract.ts';
import { nullable } from '../../../domain/fields.ts';
import { AGENT_LIMITS, SENDER_LIMIT } from '../../../domain/limits.ts';
import { POLICY_RULE, POLICY_SET } from '../../../domain/policy.ts';
import { QUARANTINE } from '../../../domain/quarantine.ts';
import { REJECTIONS_OF_SENDER } from '../../../domain/rejections-not-kept.ts';
import { POLICY_REPLAY } from '../../../domain/replay.ts';
import { REQUEST } from '../../../domain/request.ts';
import { SENDER } from '../../../domain/sender.ts';
import { PAIR_HISTORY, SENDER_PROFILE } from '../../../domain/sender-profile.ts';
import { AGENT_STORAGE, OWN_STORAGE } from '../../../domain/storage.ts';
import { WEBHOOK_ENDPOINT } from '../../../domain/webhook.ts';
import { answerOf } from '../wire-fields.ts';
import { issueList, text } from './parts.ts';

// What is answered. Each is a component of the API document.

const { id, handle, displayName, description, createdAt, updatedAt } = AGENT.properties;

const apiKey = text('The first API key. It is shown only here.');

const ownerKey = nullable(
  text('The key of its owner, where that was made with it: for whoever came without a key. It is shown only here.'),
);

export const agentAnswer = answerOf(
  Type.Object({ id, handle, displayName, description, status: AGENT_STATUS, createdAt, updatedAt }),
  { description: 'An agent, as everybody may see it.' },
);

export const registeredAgentAnswer = answerOf(
  Type.Object({ id, handle, apiKey, ownerKey, displayName, status: AGENT_STATUS }),
  {
    description: 'A new agent with its first key, and its new owner with one.',
  },
);

export const registeredSenderAnswer = answerOf(
  Type.Object({ id: SENDER.properties.id, apiKey, displayName: SENDER.properties.displayName }),
  { description: 'A new sender with its first key.' },
);

export const directoryEntryAnswer = answerOf(
  Type.Object({
    agentId: id,
    handle,
    displayName,
    description,
    status: AGENT_STATUS,
    capabilities: Type.Array(CAPABILITY, { description: 'What it offers now; empty before its first contract.' }),
  }),
  { description: 'Who is behind a handle, and what can be asked of it.' },
);

const warnings = issueList(
  'What does not fit, or does what hardly anybody means, and what of the request was ignored; it is published all the same.',
);

export const contractAnswer = answerOf(Type.Object({ ...CAPABILITY_CONTRACT.properties, warnings }), {
  description: 'One published version of what an agent offers.',
});

export const policySetAnswer = answerOf(Type.Object({ ...POLICY_SET.properties, warnings }), {
  description: "One published version of an agent's rules.",
});

export const documentCheckAnswer = answerOf(
  Type.Object({ errors: issueList('Why publishing it would be refused; empty where it would not.'), warnings }),
  { description: 'What publishing a document would find. Nothing is published.' },
);

export const policyReplayAnswer = answerOf(POLICY_REPLAY, {
  description: 'What stored requests would have got under other rules.',
});

const submitted = {
  ...Type.Pick(REQUEST, ['id', 'status']).properties,
  actionType: REQUEST.properties.action,
  ...Type.Pick(REQUEST, ['createdAt', 'updatedAt', 'expiresAt']).properties,
};

export const submittedRequestAnswer = answerOf(Type.Object(submitted), {
  description: 'A request that was taken and is not final yet.',
});

const requestApproval = nullable(REQUEST_APPROVAL, {
  description: 'Where its approval stands; null where nobody was asked for one.',
});

export const requestAnswer = answerOf(
  Type.Object({
    ...submitted,
    ...Type.Pick(REQUEST, ['contractId', 'contextId', 'progress', 'result', 'error']).properties,
    approval: requestApproval,
    effectiveParams: REQUEST.properties.effectiveParams,
  }),
  { description: 'A request and its outcome.' },
);

export const requestSummaryAnswer = answerOf(
  Type.Object({
    ...submitted,
    ...Type.Pick(REQUEST, ['handle', 'agentId', 'senderId', 'contractId', 'contextId', 'progress', 'error']).properties,
  }),
  { description: 'A request without what was asked and answered.' },
);

export const nextCursor = Type.Unsafe<string | null>({
  type: ['string', 'null'],
  description: 'Where the next page begins; null on the last one.',
});

export const approvalAnswer = answerOf(
  Type.Object({
    ...APPROVAL.properties,
    digest: text(
      'Of what would be done, and under which rules: whoever decides sends it back, and is told if it is another by then.',
    ),
    request: Type.Object(
      {
        ...submitted,
        ...Type.Pick(REQUEST, ['handle', 'agentId', 'senderId', 'params', 'effectiveParams']).properties,
      },
      { description: 'The request that it is about.' },
    ),
    sender: Type.Object(
      {
        ...SENDER_PROFILE.properties,
        history: Type.Object(PAIR_HISTORY.properties, {
          description: 'What became of what it asked of the agent before: of the last 1,000.',
        }),
      },
      { description: 'Who asks.' },
    ),
    suggestedRule: nullable(POLICY_RULE, {
      description:
        'What `remember` would publish with no choices, so that exactly the same passes from now on; null where it is over, and where no rule can say just that.',
    }),
  }),
  { description: 'What people are asked about a held request.' },
);

export const rememberedAnswer = answerOf(
  Type.Object({
    rememberedRule: nullable(POLICY_RULE, {
      description:
        'The rule that was made by `remember`; null where that was not asked for, and where more people must approve.',
    }),
    policySet: nullable(POLICY_SET, {
      description: 'The version of the policies that the rule was published with; null where there is none.',
    }),
  }),
);

export const DecidedApprovalAnswer = Type.Object(
  { ...approvalAnswer.schema.properties, ...rememberedAnswer.schema.properties },
  { description: 'What was decided about, and what was remembered of it.' },
);

export const approvalSettingsAnswer = answerOf(APPROVAL_SETTINGS, { description: "How an agent's approvals go." });

export const ApprovalPageAnswer = Type.Object(
  {
    items: Type.Array(approvalAnswer.schema, { description: 'Newest first.' }),
    next_cursor: nextCursor,
  },
  { description: 'A page of approvals.' },
);

export const RequestPageAnswer = Type.Object(
  {
    items: Type.Array(requestSummaryAnswer.schema, { description: 'Newest first.' }),
    next_cursor: nextCursor,
  },
  { description: "A page of the caller's requests." },
);

export const approverAnswer = answerOf(APPROVER, { description: 'Somebody who decides what is held for approval.' });

export const newApproverAnswer = answerOf(Type.Object({ ...APPROVER.properties, apiKey }), {
  description: 'A new approver with its first key.',
});

export const removedApproverAnswer = answerOf(
  Type.Object({
    ...APPROVER.properties,
    warnings: issueList(
      'For which agents fewer may decide by now than must approve, and what of the request was ignored.',
    ),
  }),
  { description: 'An approver that was removed.' },
);

export const webhookAnswer = answerOf(WEBHOOK_ENDPOINT, {
  description: "Where it is told what happens to an agent's approvals.",
});

export const setWebhookAnswer = answerOf(
  Type.Object({
    ...WEBHOOK_ENDPOINT.properties,
    secret: text('What messages are signed with, by Standard Webhooks. It is shown only here.'),
  }),
  { description: 'A webhook, with its new secret.' },
);

export const WebhookListAnswer = Type.Object(
  { items: Type.Array(webhookAnswer.schema, { description: 'By name.' }) },
  { description: "An agent's webhooks." },
);

export const ApproverListAnswer = Type.Object(
  { items: Type.Array(approverAnswer.schema, { description: 'Oldest first.' }) },
  { description: "An agent's approvers." },
);

export const quarantineAnswer = answerOf(QUARANTINE, {
  description: 'That a document of an agent was ended too often by its budget of computing.',
});

export const QuarantineListAnswer = Type.Object(
  { items: Type.Array(quarantineAnswer.schema, { description: 'Two at most.' }) },
  { description: "Which of an agent's documents are in quarantine." },
);

export const agentStorageAnswer = answerOf(AGENT_STORAGE, {
  description: 'What is stored of an agent, as the node that answers counted it last.',
});

export const ownStorageAnswer = answerOf(OWN_STORAGE, { description: 'What is stored of whoever asks.' });

export const OwnStorageListAnswer = Type.Object(
  { items: Type.Array(ownStorageAnswer.schema, { description: 'Two for an agent, which may be a sender as well.' }) },
  { description: 'What is stored of whoever asks, by each bound that it is held to.' },
);

export const rejectionsAnswer = answerOf(REJECTIONS_OF_SENDER, {
  description: 'How many requests of a sender were rejected and not kept.',
});

export const RejectionsNotKeptListAnswer = Type.Object(
  { items: Type.Array(rejectionsAnswer.schema, { description: 'By sender and stage, the 20 most frequent.' }) },
  { description: 'What was rejected at an agent and is only counted.' },
);

export const agentLimitsAnswer = answerOf(AGENT_LIMITS, {
  description: 'What an owner lets senders ask of its agent; null is what the platform allows.',
});

export const senderLimitAnswer = answerOf(SENDER_LIMIT, { description: 'What one sender may at one agent.' });

export const SenderLimitPageAnswer = Type.Object(
  { items: Type.Array(senderLimitAnswer.schema, { description: 'By their ids.' }), next_cursor: nextCursor },
  { description: 'A page of what single senders may.' },
);
