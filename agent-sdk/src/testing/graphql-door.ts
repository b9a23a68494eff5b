import {
  buildSchema,
  type DocumentNode,
  defaultFieldResolver,
  type ExecutionArgs,
  execute,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  parse,
  validate,
} from 'graphql';
import { ClawciergeError, ForbiddenError, UnauthenticatedError } from '../errors.ts';
import { SCHEMA } from '../generated/schema.ts';
import type { CapabilityInput, PolicyAction, PolicyRuleInput } from '../types.ts';
import type { FakeSender, Party, StoredAgent } from './fake-parties.ts';
import type { StoredRequest } from './fake-request.ts';
import type { FakeStore, Submission } from './fake-store.ts';
import { Stream } from './stream.ts';

/** Who asks, and where in a trace. */
export interface Caller {
  readonly party: Party | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** The platform's own schema, of which what agents and senders of this SDK need is played. */
export class GraphqlDoor {
  readonly schema: GraphQLSchema = buildSchema(SCHEMA, { assumeValid: true });
  readonly rootValue: Record<string, object>;

  constructor(store: FakeStore) {
    this.rootValue = { ...queriesOf(store), ...mutationsOf(store), ...subscriptionsOf(store) };
  }

  /** What is wrong with a document, said as the platform says it. */
  readonly validate = (schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] =>
    validate(schema, document).map(({ message }) => refusal('GRAPHQL_VALIDATION_FAILED', message));

  readonly execute = (args: ExecutionArgs) => execute({ ...args, fieldResolver });

  /** Runs a query or a mutation that came by HTTP. */
  async run(query: string, variableValues: Readonly<Record<string, unknown>>, caller: Caller): Promise<object> {
    const { schema, rootValue } = this;
    let document: DocumentNode;
    try {
      document = parse(query);
    } catch (error) {
      return { errors: [refusal('GRAPHQL_PARSE_FAILED', String(error))] };
    }
    const errors = this.validate(schema, document);
    if (errors.length > 0) return { errors };
    return this.execute({ schema, document, rootValue, variableValues, contextValue: caller });
  }
}

const refusal = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });

/** A root field that is not played says so, instead of answering nothing. */
const fieldResolver: GraphQLFieldResolver<unknown, Caller> = async (source, args, caller, info) => {
  const { parentType, schema, fieldName } = info;
  const isRoot = parentType === schema.getQueryType() || parentType === schema.getMutationType();
  if (isRoot && !Object.hasOwn(Object(source), fieldName)) {
    throw refusal('NOT_PLAYED', `The fake platform does not play "${fieldName}".`);
  }
  try {
    return await defaultFieldResolver(source, args, caller, info);
  } catch (error) {
    if (error instanceof UnauthenticatedError) throw refusal('UNAUTHENTICATED', error.message);
    if (error instanceof ForbiddenError) throw refusal('FORBIDDEN', error.message);
    // What a mutation refuses is a member of its union.
    if (error instanceof ClawciergeError && parentType === schema.getMutationType()) return failureOf(error);
    throw error;
  }
};

const failureOf = (error: ClawciergeError) => ({
  __typename: error.constructor.name,
  ...error,
  message: error.message,
});

type Resolver<Args> = (args: Args, caller: Caller) => unknown;
type Input<Fields> = { readonly input: Fields };
type OfRequest = Input<{ readonly requestId: string }>;

interface PoliciesToPublish {
  readonly rules: readonly PolicyRuleInput[];
  readonly defaultAction?: PolicyAction | null;
  readonly check?: boolean | null;
}

const succeeded = (name: string, fields: object) => ({ __typename: `${name}Success`, ...fields });

function queriesOf(store: FakeStore): Record<string, object> {
  const viewer: Resolver<unknown> = (_args, { party }) => {
    if (!party) return null;
    return party.kind === 'agent' ? agentView(party.agent, true) : senderView(party.sender);
  };
  const agent: Resolver<{ handle?: string; id?: string }> = ({ handle, id }, { party }) => {
    const found = store.parties.find(handle ?? id ?? '');
    return found ? agentView(found, party?.kind === 'agent' && party.agent === found) : null;
  };
  const request: Resolver<{ id: string }> = ({ id }, caller) => {
    const found = store.requests.get(id);
    return found && mayRead(found, caller) ? requestView(found, store) : null;
  };
  return { viewer, agent, request };
}

function mutationsOf(store: FakeStore): Record<string, object> {
  const { parties } = store;
  const ofRequest = (name: string, act: (agent: StoredAgent, requestId: string, input: never) => StoredRequest) => {
    const resolver: Resolver<OfRequest> = ({ input }, caller) => {
      const request = act(agentOf(caller), input.requestId, input as never);
      return succeeded(name, { request: requestView(request, store) });
    };
    return resolver;
  };
  const registerAgent: Resolver<Input<{ handle: string; displayName: string; description?: string | null }>> = ({
    input: { handle, displayName, description = null },
  }) => {
    const agent = parties.addAgent(handle, displayName, description);
    return succeeded('RegisterAgent', { agent: agentView(agent, true), apiKey: agent.apiKey, ownerKey: null });
  };
  const registerSender: Resolver<Input<{ displayName: string }>> = ({ input: { displayName } }) => {
    const sender = parties.addSender(displayName);
    return succeeded('RegisterSender', { sender: senderView(sender), apiKey: sender.apiKey });
  };
  const publishCapabilities: Resolver<Input<{ capabilities: readonly CapabilityInput[]; check?: boolean | null }>> = (
    { input },
    caller,
  ) => {
    const agent = agentOf(caller);
    const contract = input.check ? null : agent.publishContract(input.capabilities);
    return succeeded('PublishCapabilities', { contract, warnings: [], issues: [] });
  };
  const publishPolicies: Resolver<Input<PoliciesToPublish>> = ({ input }, caller) => {
    const agent = agentOf(caller);
    const policySet = input.check ? null : agent.publishPolicies(input.rules, input.defaultAction ?? 'ALLOW');
    return succeeded('PublishPolicies', { policySet, warnings: [], issues: [] });
  };
  const submitRequest: Resolver<Input<Omit<Submission, 'senderId'>>> = ({ input }, caller) => {
    const { traceparent, tracestate } = caller;
    const { request, replayed } = store.submit({ ...input, senderId: idOf(caller), traceparent, tracestate });
    return succeeded('SubmitRequest', { replayed, request: requestView(request, store) });
  };
  const cancelRequest: Resolver<Input<{ requestId: string; reason?: string | null }>> = ({ input }, caller) => {
    const request = store.ofSender(idOf(caller), input.requestId);
    store.cancel(request, input.reason ?? undefined);
    return succeeded('CancelRequest', { request: requestView(request, store) });
  };
  const reportProgress: Resolver<
    Input<{ requestId: string; value: number; total?: number | null; message?: string | null }>
  > = ({ input: { requestId, value, total = null, message = null } }, caller) => {
    const progress = { value, total, message };
    store.report(agentOf(caller), requestId, progress);
    return succeeded('ReportProgress', { progress });
  };
  return {
    ...{
      registerAgent,
      registerSender,
      publishCapabilities,
      publishPolicies,
      submitRequest,
      cancelRequest,
      reportProgress,
    },
    acknowledgeRequest: ofRequest('AcknowledgeRequest', (agent, id) => store.acknowledge(agent, id)),
    completeRequest: ofRequest('CompleteRequest', (agent, id, { result }: { result?: unknown }) =>
      store.complete(agent, id, result ?? null),
    ),
    failRequest: ofRequest('FailRequest', (agent, id, { code, message }: { code?: string | null; message: string }) =>
      store.fail(agent, id, { code: code ?? 'agent_error', message }),
    ),
  };
}

function subscriptionsOf(store: FakeStore): Record<string, object> {
  const agentChannel: Resolver<unknown> = (_args, caller) => {
    const agent = agentOf(caller);
    const events = new Stream<{ agentChannel: object }>(() => store.close(agent, channel));
    const tell = (type: string, fields: object) => events.put({ agentChannel: { __typename: type, ...fields } });
    const channel = {
      deliver: (request: StoredRequest) => tell('RequestReceived', deliveryView(request)),
      withdraw: (requestId: string, reason: string) => tell('RequestCancel', { requestId, reason }),
    };
    store.open(agent, channel);
    return events;
  };
  const requestUpdates: Resolver<{ requestId: string }> = ({ requestId }, caller) => {
    const request = store.requests.get(requestId);
    if (!request || !mayRead(request, caller)) throw refusal('REQUEST_NOT_FOUND', 'There is no such request.');
    const tell = () => {
      updates.put({ requestUpdates: requestView(request, store) });
      if (request.isFinal) updates.end();
    };
    const unwatch = request.watch(tell);
    const updates = new Stream<{ requestUpdates: object }>(unwatch);
    tell();
    return updates;
  };
  return { agentChannel, requestUpdates };
}

/** Throws UnauthenticatedError, or ForbiddenError for somebody else's key. */
function agentOf({ party }: Caller): StoredAgent {
  if (!party) throw new UnauthenticatedError('The platform does not know the key.');
  if (party.kind !== 'agent') throw new ForbiddenError('The key is not an agent’s.');
  return party.agent;
}

function idOf({ party }: Caller): string {
  if (!party) throw new UnauthenticatedError('The platform does not know the key.');
  return party.kind === 'agent' ? party.agent.id : party.sender.id;
}

const mayRead = ({ draft }: StoredRequest, { party }: Caller): boolean =>
  party?.kind === 'agent'
    ? [draft.agentId, draft.senderId].includes(party.agent.id)
    : party?.sender.id === draft.senderId;

const requestView = (request: StoredRequest, store: FakeStore) => ({
  ...request.state,
  agent: agentView(store.parties.agent(request.draft.agentId), false),
});

const senderView = ({ id, displayName }: FakeSender) => ({ __typename: 'Sender', id, displayName });

/** Its policies are read with its own key. */
const agentView = (agent: StoredAgent, isOwn: boolean) => ({
  __typename: 'Agent',
  id: agent.id,
  handle: agent.handle,
  displayName: agent.displayName,
  description: agent.description,
  status: agent.isConnected ? 'ACTIVE' : 'INACTIVE',
  createdAt: agent.createdAt,
  updatedAt: agent.createdAt,
  capabilities: agent.contract,
  policies: isOwn ? agent.policySet : null,
});

const deliveryView = ({ id: requestId, attempts: attempt, draft, state: { expiresAt } }: StoredRequest) => ({
  ...draft,
  requestId,
  attempt,
  expiresAt,
});
