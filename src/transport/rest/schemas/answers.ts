import { type TSchema, Type } from '@fastify/type-provider-typebox';
import { AGENT, AGENT_STATUS } from '../../../domain/agent.ts';
import { API_KEY } from '../../../domain/api-key.ts';
import { APPROVAL, APPROVAL_STATUSES, REQUEST_APPROVAL } from '../../../domain/approval.ts';
import { APPROVAL_SETTINGS } from '../../../domain/approval-settings.ts';
import { APPROVER } from '../../../domain/approver.ts';
import { CAPABILITY, CAPABILITY_CONTRACT } from '../../../domain/contract.ts';
import type { ErrorField } from '../../../domain/domain-error.ts';
import { ERRORS } from '../../../domain/error-registry.ts';
import { id as idOf, nullable } from '../../../domain/fields.ts';
import { AGENT_LIMITS, SENDER_LIMIT } from '../../../domain/limits.ts';
import { POLICY_RULE, POLICY_SET } from '../../../domain/policy.ts';
import { QUARANTINE } from '../../../domain/quarantine.ts';
import { REJECTIONS_OF_SENDER } from '../../../domain/rejections-not-kept.ts';
import { POLICY_REPLAY } from '../../../domain/replay.ts';
import { REQUEST } from '../../../domain/request.ts';
import { SENDER } from '../../../domain/sender.ts';
import { PAIR_HISTORY, SENDER_PROFILE } from '../../../domain/sender-profile.ts';
import { AUDIT_CHECKPOINT, AUDIT_HEADS, AUDIT_KEY, SHOWN_ENTRY } from '../../../domain/shown-entry.ts';
import { AGENT_STORAGE, OWN_STORAGE } from '../../../domain/storage.ts';
import { DENIAL_KINDS } from '../../../domain/verdict.ts';
import { WEBHOOK_ENDPOINT } from '../../../domain/webhook.ts';
import { isMember, memberNameOf } from '../domain-problems.ts';
import { answerOf } from '../wire-fields.ts';
import { issueList, jsonObject, oneOf, text, withWarnings } from './parts.ts';

/** What is answered. Each is a component of the API document. */

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

const nextCursor = Type.Unsafe<string | null>({
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

const DecidedApprovalAnswer = Type.Object(
  { ...approvalAnswer.schema.properties, ...rememberedAnswer.schema.properties },
  { description: 'What was decided about, and what was remembered of it.' },
);

export const approvalSettingsAnswer = answerOf(APPROVAL_SETTINGS, { description: "How an agent's approvals go." });

const ApprovalPageAnswer = Type.Object(
  {
    items: Type.Array(approvalAnswer.schema, { description: 'Newest first.' }),
    next_cursor: nextCursor,
  },
  { description: 'A page of approvals.' },
);

const RequestPageAnswer = Type.Object(
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

const WebhookListAnswer = Type.Object(
  { items: Type.Array(webhookAnswer.schema, { description: 'By name.' }) },
  { description: "An agent's webhooks." },
);

const ApproverListAnswer = Type.Object(
  { items: Type.Array(approverAnswer.schema, { description: 'Oldest first.' }) },
  { description: "An agent's approvers." },
);

export const quarantineAnswer = answerOf(QUARANTINE, {
  description: 'That a document of an agent was ended too often by its budget of computing.',
});

const QuarantineListAnswer = Type.Object(
  { items: Type.Array(quarantineAnswer.schema, { description: 'Two at most.' }) },
  { description: "Which of an agent's documents are in quarantine." },
);

export const agentStorageAnswer = answerOf(AGENT_STORAGE, {
  description: 'What is stored of an agent, as the node that answers counted it last.',
});

export const ownStorageAnswer = answerOf(OWN_STORAGE, { description: 'What is stored of whoever asks.' });

const OwnStorageListAnswer = Type.Object(
  { items: Type.Array(ownStorageAnswer.schema, { description: 'Two for an agent, which may be a sender as well.' }) },
  { description: 'What is stored of whoever asks, by each bound that it is held to.' },
);

export const rejectionsAnswer = answerOf(REJECTIONS_OF_SENDER, {
  description: 'How many requests of a sender were rejected and not kept.',
});

const RejectionsNotKeptListAnswer = Type.Object(
  { items: Type.Array(rejectionsAnswer.schema, { description: 'By sender and stage, the 20 most frequent.' }) },
  { description: 'What was rejected at an agent and is only counted.' },
);

export const agentLimitsAnswer = answerOf(AGENT_LIMITS, {
  description: 'What an owner lets senders ask of its agent; null is what the platform allows.',
});

export const senderLimitAnswer = answerOf(SENDER_LIMIT, { description: 'What one sender may at one agent.' });

const SenderLimitPageAnswer = Type.Object(
  { items: Type.Array(senderLimitAnswer.schema, { description: 'By their ids.' }), next_cursor: nextCursor },
  { description: 'A page of what single senders may.' },
);

export const auditEntryAnswer = answerOf(SHOWN_ENTRY, { description: 'What the audit trail says that happened.' });

const AuditEntryPageAnswer = Type.Object(
  { items: Type.Array(auditEntryAnswer.schema, { description: 'Newest first.' }), next_cursor: nextCursor },
  { description: 'A page of entries of the audit trail.' },
);

export const auditCheckpointAnswer = answerOf(AUDIT_CHECKPOINT, {
  description: 'What the platform has signed of its audit trail.',
});

const AuditConsistencyAnswer = Type.Object(
  {
    from: Type.Integer({ description: 'The size of the earlier tree.' }),
    to: Type.Integer({ description: 'The size of the later tree.' }),
    hashes: Type.Array(text('A hash, in base64.'), { description: 'The proof (RFC 9162, section 2.1.4).' }),
  },
  { description: 'That a tree has all of an earlier one, unchanged.' },
);

export const auditHeadsAnswer = answerOf(AUDIT_HEADS, {
  description: "A map from every agent and sender to its newest entry, as far as it is the caller's.",
});

export const auditKeyAnswer = answerOf(AUDIT_KEY, { description: 'What checkpoints are verified with.' });

const AuditKeyListAnswer = Type.Object(
  { items: Type.Array(auditKeyAnswer.schema, { description: 'The current one first.' }) },
  { description: 'What checkpoints are verified with.' },
);

const shownKey = {
  ...Type.Omit(API_KEY, ['holderId']).properties,
  isCurrent: Type.Boolean({ description: 'Whether it is the key that asks.' }),
};

export const apiKeyAnswer = answerOf(Type.Object(shownKey), {
  description: 'An API key as it can be shown again: never its secret.',
});

export const newApiKeyAnswer = answerOf(
  Type.Object({ ...shownKey, apiKey: text('The key itself. It is shown only here.') }),
  { description: 'A new API key.' },
);

export const revokedApiKeyAnswer = answerOf(
  Type.Object({ ...shownKey, warnings: issueList('What it means, and what of the request was ignored.') }),
  { description: "A revoked API key that was its holder's last one." },
);

export const rotatedApiKeyAnswer = answerOf(
  Type.Object({
    ...shownKey,
    apiKey: text('The new key itself. It is shown only here.'),
    former: Type.Object(shownKey, { description: 'The key that it replaces, with when that ends.' }),
  }),
  { description: 'A key that replaces another one.' },
);

const ApiKeyListAnswer = Type.Object(
  { items: Type.Array(apiKeyAnswer.schema, { description: 'Newest first.' }) },
  { description: "The holder's API keys." },
);

const HealthAnswer = Type.Object(
  { status: Type.Literal('ok', { description: 'The process lives.' }) },
  { description: 'Liveness.' },
);

const ReadinessAnswer = Type.Object(
  {
    status: Type.Literal('ok', { description: 'The node can do its work.' }),
    checks: Type.Object({
      database: Type.Literal('ok', { description: 'The database takes what the node writes.' }),
      bus: oneOf(['ok', 'degraded'], {
        description: 'Whether hints of other nodes come at once; without them what happens there shows a second later.',
      }),
      schema: Type.Literal('ok', { description: 'The tables are of a release that this one can work with.' }),
      audit: oneOf(['ok', 'degraded'], {
        description:
          'Whether the audit trail is sealed as it is written. It is `degraded` where something waits for more than a minute, or where the trail is not what its newest checkpoint says; nothing is lost by that.',
      }),
    }),
  },
  { description: 'Readiness, check by check.' },
);

const InfoAnswer = Type.Object(
  {
    name: text("The platform's name."),
    version: text('Its version.'),
    description: text('What it is.'),
    links: Type.Unsafe<Record<string, string>>({
      type: 'object',
      additionalProperties: { type: 'string' },
      description: 'Where everything is; without PUBLIC_URL relative to the address that was asked.',
    }),
    authentication: jsonObject({ description: 'How to authenticate, and how to get a key.' }),
    registration: jsonObject({ description: 'Who may register, and how much work strangers do before.' }),
    requests: jsonObject({ description: "A request's states." }),
    agent_channel: jsonObject({ description: 'The wire messages and close codes of the raw agent channel.' }),
  },
  { description: 'How a program uses this platform.' },
);

const RegistrationChallengeAnswer = Type.Object(
  {
    challenge: Type.Union([Type.String(), Type.Null()], {
      description:
        'Find a text with which the SHA-256 of this, a colon and the text begins with so many zero bits, and send the three as `proof_of_work`; each counts once. Null where registration asks for no proof.',
    }),
    bits: Type.Integer({
      description: 'How many zero bits the SHA-256 is to begin with; 0 where no proof is asked for.',
    }),
    expires_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
      description: 'When it is too late to send the proof.',
    }),
  },
  { description: 'What somebody who registers is to solve first.' },
);

/** What problem documents of domain errors carry, each field of each error. */
function domainMembers(): Record<string, TSchema> {
  const fields = ERRORS.flatMap(({ row }) => Object.entries<ErrorField>(row.fields ?? {}));
  const members = Map.groupBy(
    fields.filter(([, { type }]) => isMember(type)),
    ([name, { type }]) => memberNameOf(name, type),
  );
  return Object.fromEntries(
    [...members].map(([name, same]) => {
      // Of several errors each says what it is there; the order of the errors is not to be relied on.
      const descriptions = new Set(same.map(([, { description }]) => description).toSorted());
      const type = same[0]?.[1].type ?? 'text';
      return [name, Type.Optional(memberOf(type, [...descriptions].join(' ')))];
    }),
  );
}

function memberOf(type: ErrorField['type'], description: string): TSchema {
  if (type === 'id') return idOf(description);
  if (type === 'flag') return Type.Boolean({ description });
  if (type === 'count') return Type.Integer({ description });
  if (type === 'texts') return Type.Array(Type.String(), { description });
  const names = type === 'denialKind' ? DENIAL_KINDS : type === 'approvalStatus' ? APPROVAL_STATUSES : null;
  if (names === null) return text(description);
  return oneOf(
    names.map((each) => each.toLowerCase()),
    { description },
  );
}

const ProblemAnswer = Type.Object(
  {
    type: Type.String({
      format: 'uri-reference',
      description: 'What kind of problem it is; leads to its description.',
    }),
    title: text('The same for every problem of the kind.'),
    status: Type.Integer({ description: 'The HTTP status code.' }),
    detail: text('What is wrong this time, for people.'),
    ...domainMembers(),
    errors: Type.Optional(issueList('Everything that is wrong with the input.')),
    checks: Type.Optional(jsonObject({ description: 'What is not ready.' })),
    instance: Type.Optional(text('Names the occurrence; the log has its cause under the same id.')),
  },
  { description: 'Problem details (RFC 9457).' },
);

/** Every component of the API document, by its name there. */
export const COMPONENTS = {
  Agent: withWarnings(agentAnswer.schema),
  RegisteredAgent: withWarnings(registeredAgentAnswer.schema),
  RegisteredSender: withWarnings(registeredSenderAnswer.schema),
  DirectoryEntry: withWarnings(directoryEntryAnswer.schema),
  CapabilityContract: contractAnswer.schema,
  PolicySet: policySetAnswer.schema,
  DocumentCheck: documentCheckAnswer.schema,
  PolicyReplay: withWarnings(policyReplayAnswer.schema),
  SubmittedRequest: withWarnings(submittedRequestAnswer.schema),
  Request: withWarnings(requestAnswer.schema),
  RequestPage: withWarnings(RequestPageAnswer),
  Approval: withWarnings(approvalAnswer.schema),
  DecidedApproval: withWarnings(DecidedApprovalAnswer),
  ApprovalPage: withWarnings(ApprovalPageAnswer),
  ApprovalSettings: withWarnings(approvalSettingsAnswer.schema),
  QuarantineList: withWarnings(QuarantineListAnswer),
  AgentStorage: withWarnings(agentStorageAnswer.schema),
  OwnStorageList: withWarnings(OwnStorageListAnswer),
  RejectionsNotKeptList: withWarnings(RejectionsNotKeptListAnswer),
  WebhookList: withWarnings(WebhookListAnswer),
  Webhook: withWarnings(webhookAnswer.schema),
  SetWebhook: withWarnings(setWebhookAnswer.schema),
  ApproverList: withWarnings(ApproverListAnswer),
  NewApprover: withWarnings(newApproverAnswer.schema),
  RemovedApprover: removedApproverAnswer.schema,
  AgentLimits: withWarnings(agentLimitsAnswer.schema),
  SenderLimit: withWarnings(senderLimitAnswer.schema),
  SenderLimitPage: withWarnings(SenderLimitPageAnswer),
  AuditEntryPage: withWarnings(AuditEntryPageAnswer),
  AuditCheckpoint: withWarnings(auditCheckpointAnswer.schema),
  AuditConsistency: withWarnings(AuditConsistencyAnswer),
  AuditHeads: withWarnings(auditHeadsAnswer.schema),
  AuditKeyList: withWarnings(AuditKeyListAnswer),
  ApiKeyList: withWarnings(ApiKeyListAnswer),
  RevokedApiKey: revokedApiKeyAnswer.schema,
  RotatedApiKey: withWarnings(rotatedApiKeyAnswer.schema),
  NewApiKey: withWarnings(newApiKeyAnswer.schema),
  Health: HealthAnswer,
  Readiness: ReadinessAnswer,
  RegistrationChallenge: RegistrationChallengeAnswer,
  Info: withWarnings(InfoAnswer),
  Problem: withWarnings(ProblemAnswer),
} as const;
