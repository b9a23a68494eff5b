import { DECIDE_APPROVAL, DECIDE_APPROVAL_ERRORS } from '../../../application/approvals/decide-approval.ts';
import type { Approval } from '../../../domain/approval.ts';
import { builder } from '../builder.ts';
import { inputFields } from '../fields.ts';
import { ApprovalVerdictEnum } from './enums.ts';
import { ApprovalType } from './refs.ts';

const DecideApprovalSuccess = builder.objectRef<{ approval: Approval }>('DecideApprovalSuccess').implement({
  description: 'The decision counts.',
  fields: (t) => ({
    approval: t.field({
      type: ApprovalType,
      description: 'The approval as it is now: still pending where more people must approve.',
      resolve: ({ approval }) => approval,
    }),
  }),
});

const DecideApprovalInput = builder.inputType('DecideApprovalInput', {
  description: 'What is decided about what.',
  fields: (t) => inputFields(t, DECIDE_APPROVAL, { verdict: ApprovalVerdictEnum }),
});

builder.mutationField('decideApproval', (t) =>
  t.field({
    type: DecideApprovalSuccess,
    description:
      'By an approver of the agent and action, the agent’s owner or an admin; to everybody else there is no such approval. [approvals:decide]',
    authScopes: { authenticated: true },
    errors: {
      types: [...DECIDE_APPROVAL_ERRORS],
      union: { name: 'DecideApprovalResult', description: 'What decideApproval answers.' },
    },
    args: { input: t.arg({ type: DecideApprovalInput, required: true, description: 'The decision.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      approval: await app.approvals.decide(principal, input, 'GRAPHQL'),
    }),
  }),
);
