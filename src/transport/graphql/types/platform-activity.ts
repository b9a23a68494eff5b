import type { PlatformEvent } from '../../../application/admin/watch-platform.ts';
import { AgentNotFoundError } from '../../../domain/errors.ts';
import { builder } from '../builder.ts';
import { whileCallerStays } from '../while-caller-stays.ts';
import { AgentType, RequestType } from './refs.ts';

type EventOf<Kind extends PlatformEvent['kind']> = Extract<PlatformEvent, { kind: Kind }>;

const AgentStatusChanged = builder.objectRef<EventOf<'agent-status'>>('AgentStatusChanged').implement({
  description: 'An agent came or went.',
  fields: (t) => ({
    agent: t.field({
      type: AgentType,
      description: 'The agent as it is now.',
      resolve: async ({ agentId }, _args, { loaders }) => {
        const agent = await loaders.agent.load(agentId);
        if (agent === null) throw new AgentNotFoundError(agentId);
        return agent;
      },
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

const RequestStatusChanged = builder.objectRef<EventOf<'request-status'>>('RequestStatusChanged').implement({
  description: 'A request changed its state.',
  fields: (t) => ({
    request: t.field({
      type: RequestType,
      description: 'The request as it is when the event is read: after that change, or already after a later one.',
      resolve: ({ request }) => request,
    }),
    at: t.expose('at', { type: 'DateTime', description: 'When.' }),
  }),
});

const PlatformActivity = builder.unionType('PlatformActivity', {
  description: 'Something that happened on the platform.',
  types: [AgentStatusChanged, RequestStatusChanged],
  resolveType: ({ kind }) => (kind === 'agent-status' ? AgentStatusChanged : RequestStatusChanged),
});

builder.subscriptionField('platformActivity', (t) =>
  t.field({
    type: PlatformActivity,
    description:
      "Every agent's coming and going and every request's change, as it happens; to an owner those of its own agents. [owner key] [owner:manage]",
    authScopes: { ownerOrAdmin: true, scope: 'owner:manage' },
    subscribe: async (_root, _args, context) =>
      whileCallerStays(context, await context.app.admin.watchPlatform(context.principal)),
    resolve: (event) => event,
  }),
);
