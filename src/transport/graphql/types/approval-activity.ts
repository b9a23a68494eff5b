import { builder } from '../builder.ts';
import { whileCallerStays } from '../while-caller-stays.ts';
import { ApprovalType } from './refs.ts';

builder.subscriptionField('approvalActivity', (t) =>
  t.field({
    type: ApprovalType,
    description:
      'Approvals that the caller may look at: all that are pending first, of more than 10,000 the newest, and then each that begins, changes or ends, as it is when it is read. Whoever subscribes again has missed none of those. [approvals:read]',
    authScopes: { approver: true, scope: 'approvals:read' },
    args: { agentId: t.arg.id({ description: 'Only those of this agent, by its id or handle.' }) },
    subscribe: async (_root, { agentId }, context) => {
      const { agents, approvals } = context.app;
      const ofAgent = agentId == null ? null : await agents.idOf(agentId);
      return whileCallerStays(context, approvals.watch(context.principal, ofAgent));
    },
    resolve: (approval) => approval,
  }),
);
