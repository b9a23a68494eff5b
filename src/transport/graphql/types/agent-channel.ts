import { handedOn } from '../../../application/requests/request-traces.ts';
import { paramsToDo, type Request } from '../../../domain/request.ts';
import { builder } from '../builder.ts';
import { type AgentChannelEvent, openAgentChannel } from '../open-agent-channel.ts';

type EventOf<Kind extends AgentChannelEvent['kind']> = Extract<AgentChannelEvent, { kind: Kind }>;

const ofRequest =
  <Value>(read: (request: Request) => Value) =>
  ({ request }: EventOf<'received'>) =>
    read(request);

const RequestReceived = builder.objectRef<EventOf<'received'>>('RequestReceived').implement({
  description: 'A request for the agent: acknowledge it, then complete or fail it.',
  fields: (t) => ({
    requestId: t.id({ description: "The request's id.", resolve: ofRequest(({ id }) => id) }),
    action: t.string({ description: 'What is asked for.', resolve: ofRequest(({ action }) => action) }),
    params: t.field({ type: 'JSONObject', description: 'Its params.', resolve: ofRequest(paramsToDo) }),
    senderId: t.id({ description: 'Who sent it.', resolve: ofRequest(({ senderId }) => senderId) }),
    contextId: t.string({
      nullable: true,
      description: 'What its sender says that it belongs to; null for nothing.',
      resolve: ofRequest(({ contextId }) => contextId),
    }),
    attempt: t.int({
      description: '1 the first time; more means it may have been seen before.',
      resolve: ofRequest(({ attempts }) => attempts),
    }),
    expiresAt: t.field({
      type: 'DateTime',
      description: 'Until when an outcome is taken.',
      resolve: ofRequest(({ expiresAt }) => expiresAt),
    }),
    traceparent: t.string({
      nullable: true,
      description: 'Where in a trace it is (W3C Trace Context), for the agent to go on with; null for none.',
      resolve: ofRequest((request) => handedOn(request)?.traceparent ?? null),
    }),
    tracestate: t.string({
      nullable: true,
      description: 'What tracing systems say of it besides; null for nothing.',
      resolve: ofRequest((request) => handedOn(request)?.tracestate ?? null),
    }),
  }),
});

const RequestCancel = builder.objectRef<EventOf<'cancel'>>('RequestCancel').implement({
  description: 'A request that was delivered is over: stop working on it.',
  fields: (t) => ({
    requestId: t.exposeID('requestId', { description: "The request's id." }),
    reason: t.exposeString('reason', {
      description: 'Why: it was cancelled, it expired, or another channel of the agent finished it.',
    }),
  }),
});

const AgentChannelEventUnion = builder.unionType('AgentChannelEvent', {
  description: "What comes over an agent's channel.",
  types: [RequestReceived, RequestCancel],
  resolveType: ({ kind }) => (kind === 'received' ? RequestReceived : RequestCancel),
});

builder.subscriptionField('agentChannel', (t) =>
  t.field({
    type: AgentChannelEventUnion,
    description: [
      'The agent\'s channel: needs an agent key in connection_init ({"authorization": "Bearer clw_agent_…"}).',
      'While it is open the agent is ACTIVE. On opening, everything not yet finished is delivered first. [channel:open]',
    ].join('\n'),
    authScopes: { agent: true, scope: 'channel:open' },
    subscribe: (_root, _args, context) => openAgentChannel(context),
    resolve: (event) => event,
  }),
);
