import { type Static, type TSchema, Type } from '@fastify/type-provider-typebox';
import type { ErrorField } from '../../../domain/domain-error.ts';
import { ERRORS } from '../../../domain/error-registry.ts';
import { POLICY_ACTIONS } from '../../../domain/policy.ts';
import { REQUEST_STATUSES } from '../../../domain/request.ts';
import { isMember } from '../domain-problems.ts';
import { snakeCase } from '../field-names.ts';
import { AgentStatus, Id, Instant, jsonObject, jsonValue, lowerCaseOf, nullableText, oneOf } from './parts.ts';

/** What is answered. Each is a component of the API document. */

const text = (description: string) => Type.String({ description });

const AgentAnswer = Type.Object(
  {
    id: Id("The agent's id."),
    handle: text('What senders address it by.'),
    display_name: text('The name for people.'),
    description: nullableText({ description: 'What it is there for.' }),
    status: AgentStatus,
    created_at: Instant('When it was registered.'),
    updated_at: Instant('When its record last changed.'),
  },
  { description: 'An agent, as everybody may see it.' },
);
export type AgentBody = Static<typeof AgentAnswer>;

const RegisteredAgentAnswer = Type.Object(
  {
    id: Id("The agent's id."),
    handle: text('What senders address it by.'),
    api_key: text('The first API key. It is shown only here.'),
    display_name: text('The name for people.'),
    status: AgentStatus,
  },
  { description: 'A new agent with its first key.' },
);
export type RegisteredAgentBody = Static<typeof RegisteredAgentAnswer>;

const RegisteredSenderAnswer = Type.Object(
  {
    id: Id("The sender's id."),
    api_key: text('The first API key. It is shown only here.'),
    display_name: text('The name for people.'),
  },
  { description: 'A new sender with its first key.' },
);
export type RegisteredSenderBody = Static<typeof RegisteredSenderAnswer>;

const CapabilityAnswer = Type.Object({
  action: text('The name that requests name it by.'),
  description: nullableText({ description: 'What it does.' }),
  params_schema: jsonObject({ description: 'JSON Schema of the params; {} when none was given.' }),
  constraints: jsonObject({ description: 'Bounds on numeric params; {} when none were given.' }),
});
export type CapabilityBody = Static<typeof CapabilityAnswer>;

const DirectoryEntryAnswer = Type.Object(
  {
    agent_id: Id("The agent's id."),
    handle: text('What senders address it by.'),
    display_name: text('The name for people.'),
    description: nullableText({ description: 'What it is there for.' }),
    status: AgentStatus,
    capabilities: Type.Array(CapabilityAnswer, { description: 'What it offers now; empty before its first contract.' }),
  },
  { description: 'Who is behind a handle, and what can be asked of it.' },
);
export type DirectoryEntryBody = Static<typeof DirectoryEntryAnswer>;

const versioned = {
  id: Id('The id of this version.'),
  agent_id: Id("The agent's id."),
  version: Type.Integer({ minimum: 1, description: '1 for the first one, one higher for each later one.' }),
  is_active: Type.Boolean({ description: 'Whether it is the version in force.' }),
  created_at: Instant('When it was published.'),
};

const ContractAnswer = Type.Object(
  { ...versioned, capabilities: Type.Array(CapabilityAnswer, { description: 'The actions it offers.' }) },
  { description: 'One published version of what an agent offers.' },
);
export type ContractBody = Static<typeof ContractAnswer>;

const PolicyActionName = oneOf(lowerCaseOf(POLICY_ACTIONS), { description: 'What the rule does.' });

const PolicySetAnswer = Type.Object(
  {
    ...versioned,
    default_action: PolicyActionName,
    rules: Type.Array(
      Type.Object({
        condition: text('When the rule matches.'),
        action: PolicyActionName,
        reason: nullableText({ description: 'What the sender is told.' }),
      }),
      { description: 'The rules.' },
    ),
  },
  { description: "One published version of an agent's rules." },
);
export type PolicySetBody = Static<typeof PolicySetAnswer>;

const submitted = {
  id: Id("The request's id."),
  status: oneOf(lowerCaseOf(REQUEST_STATUSES), {
    description: '`completed`, `failed`, `rejected`, `cancelled` and `timeout` are final and never change.',
  }),
  action_type: text('The action that was asked for.'),
  created_at: Instant('When it was submitted.'),
  updated_at: Instant('When it last changed.'),
  expires_at: Instant('When it becomes `timeout` unless it is finished.'),
};

const SubmittedRequestAnswer = Type.Object(submitted, {
  description: 'A request that was taken and is not final yet.',
});
export type SubmittedRequestBody = Static<typeof SubmittedRequestAnswer>;

const RequestAnswer = Type.Object(
  {
    ...submitted,
    result: jsonValue({ description: 'What the agent answered; null unless it is `completed`.' }),
    error: Type.Unsafe<{ readonly code: string; readonly message: string } | null>({
      type: ['object', 'null'],
      required: ['code', 'message'],
      properties: { code: { type: 'string' }, message: { type: 'string' } },
      description: 'Why it did not get done; null while it is open and when it is `completed`.',
    }),
  },
  { description: 'A request and its outcome.' },
);
export type RequestBody = Static<typeof RequestAnswer>;

const HealthAnswer = Type.Object(
  { status: Type.Literal('ok', { description: 'The process lives.' }) },
  { description: 'Liveness.' },
);

const check = (description: string) => oneOf(['ok', 'down'], { description });

const ReadinessAnswer = Type.Object(
  {
    status: Type.Literal('ok', { description: 'Every check is ok.' }),
    checks: Type.Object({ database: check('The database answers.'), bus: check('The bus is connected.') }),
  },
  { description: 'Readiness, check by check.' },
);

const InfoAnswer = Type.Object(
  {
    name: text("The platform's name."),
    version: text('Its version.'),
    description: text('What it is.'),
    links: Type.Record(Type.String(), Type.String(), { description: 'Where everything is, as absolute URLs.' }),
    authentication: jsonObject({ description: 'How to authenticate, and how to get a key.' }),
    requests: jsonObject({ description: "A request's states." }),
    agent_channel: jsonObject({ description: 'The wire messages and close codes of the raw agent channel.' }),
  },
  { description: 'How a program uses this platform.' },
);

/** What problem documents of domain errors carry, each field of each error. */
function domainMembers(): Record<string, TSchema> {
  const fields = ERRORS.flatMap(({ row }) => Object.entries<ErrorField>(row.fields ?? {}));
  return Object.fromEntries(
    fields
      .filter(([, { type }]) => isMember(type))
      .map(([name, { type, description }]) => [
        snakeCase(name),
        Type.Optional(type === 'id' ? Id(description) : text(description)),
      ]),
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
    errors: Type.Optional(
      Type.Array(Type.Object({ path: text('The field, dotted.'), message: text('What is wrong with it.') }), {
        description: 'Everything that is wrong with the input.',
      }),
    ),
    checks: Type.Optional(jsonObject({ description: 'What is not ready.' })),
    instance: Type.Optional(text('Names the occurrence; the log has its cause under the same id.')),
  },
  { description: 'Problem details (RFC 9457).' },
);

/** Every component of the API document, by its name there. */
export const COMPONENTS = {
  Agent: AgentAnswer,
  RegisteredAgent: RegisteredAgentAnswer,
  RegisteredSender: RegisteredSenderAnswer,
  DirectoryEntry: DirectoryEntryAnswer,
  CapabilityContract: ContractAnswer,
  PolicySet: PolicySetAnswer,
  SubmittedRequest: SubmittedRequestAnswer,
  Request: RequestAnswer,
  Health: HealthAnswer,
  Readiness: ReadinessAnswer,
  Info: InfoAnswer,
  Problem: ProblemAnswer,
} as const;
