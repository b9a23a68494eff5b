import type { AgentSummaryPage } from '../../../application/admin/statistics.ts';
import { SEARCH_DESCRIPTION } from '../../../application/agents/agent-filter.ts';
import type { AgentSummary } from '../../../application/ports/statistics-store.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { AgentOrderEnum, AgentStatusEnum } from './enums.ts';
import { AgentType } from './refs.ts';

const AgentSummaryType = builder.objectRef<AgentSummary>('AgentSummary').implement({
  description: 'An agent with how busy it has been.',
  fields: (t) => ({
    agent: t.field({ type: AgentType, description: 'The agent.', resolve: ({ agent }) => agent }),
    requests: t.exposeInt('requests', { description: 'Requests that were sent to it since then.' }),
    failures: t.exposeInt('failures', { description: 'Those of them that ended as FAILED or TIMEOUT.' }),
  }),
});

const AgentSummaryPageType = builder.objectRef<AgentSummaryPage>('AgentSummaryPage').implement({
  description: 'A page of agents, in the order that was asked for.',
  fields: (t) => ({
    rows: t.field({
      type: [AgentSummaryType],
      description: 'Its agents.',
      extensions: FEW,
      resolve: ({ rows }) => [...rows],
    }),
    totalCount: t.exposeInt('totalCount', { description: 'How many agents there are in all under the same filter.' }),
  }),
});

builder.queryField('agentSummaries', (t) =>
  t.field({
    type: AgentSummaryPageType,
    description:
      'The agents with how busy they have been, in pages, sorted; to an owner its own. [owner key] [owner:manage]',
    authScopes: { ownerOrAdmin: true, scope: 'owner:manage' },
    args: {
      search: t.arg.string({
        description: SEARCH_DESCRIPTION,
      }),
      action: t.arg.string({ description: 'Only agents whose active contract offers this action.' }),
      status: t.arg({ type: AgentStatusEnum, description: 'Only agents that can, or cannot, be reached now.' }),
      since: t.arg({ type: 'DateTime', required: true, description: 'From when requests are counted.' }),
      orderBy: t.arg({ type: AgentOrderEnum, description: 'What they are sorted by.', defaultValue: 'NEWEST' }),
      descending: t.arg.boolean({ description: 'Whether the largest comes first.', defaultValue: true }),
      page: t.arg.int({ description: 'Which page, 1 for the first one.', defaultValue: 1 }),
      pageSize: t.arg.int({ description: 'How many agents a page has, 1 to 100.', defaultValue: 20 }),
    },
    resolve: (_root, args, { app, principal }) =>
      app.admin.summariseAgents(principal, {
        search: args.search ?? undefined,
        action: args.action ?? undefined,
        status: args.status ?? undefined,
        since: args.since,
        orderBy: args.orderBy ?? 'NEWEST',
        descending: args.descending ?? true,
        page: args.page ?? 1,
        pageSize: args.pageSize ?? 20,
      }),
  }),
);
