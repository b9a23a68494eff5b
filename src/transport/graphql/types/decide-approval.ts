import {
  DECIDE_APPROVAL,
  DECIDE_APPROVAL_ERRORS,
  type DecidedApproval,
} from '../../../application/approvals/decide-approval.ts';
import { builder } from '../builder.ts';
import { inputFields } from '../fields.ts';
import { ApprovalVerdictEnum } from './enums.ts';
import { PolicyRuleType, PolicySetType } from './policy.ts';
import { ApprovalType } from './refs.ts';
import { RememberInputType } from './remember.ts';

const DecideApprovalSuccess = builder.objectRef<DecidedApproval>('DecideApprovalSuccess').implement({
  description: 'The decision counts.',
  fields: (t) => ({
    approval: t.field({
      type: ApprovalType,
      description: 'The approval as it is now: still pending where more people must approve.',
      resolve: ({ approval }) => approval,
    }),
    rememberedRule: t.field({
      type: PolicyRuleType,
      nullable: true,
      description:
        'The rule that was made by `remember`; null where that was not asked for, and where more people must approve.',
      resolve: ({ remembered }) => remembered?.rule ?? null,
    }),
    policySet: t.field({
      type: PolicySetType,
      nullable: true,
      description: 'The version of the policies that the rule was published with; null where there is none.',
      resolve: ({ remembered }) => remembered?.policySet ?? null,
    }),
  }),
});

const DecideApprovalInput = builder.inputType('DecideApprovalInput', {
  description: 'What is decided about what.',
  fields: (t) => inputFields(t, DECIDE_APPROVAL, { verdict: ApprovalVerdictEnum, remember: RememberInputType }),
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
    resolve: (_root, { input }, { app, principal }) => app.approvals.decide(principal, input, 'GRAPHQL'),
  }),
);
