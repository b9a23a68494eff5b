import { Type } from 'typebox';
import {
  CREATE_APPROVER,
  CREATE_APPROVER_ERRORS,
  REMOVE_APPROVER_ERRORS,
  type RemovedApprover,
} from '../../../application/approvals/manage-approvers.ts';
import { APPROVER, type Approver } from '../../../domain/approver.ts';
import { descriptionOf } from '../../../domain/fields.ts';
import { builder } from '../builder.ts';
import { counts, FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { ApiKeyType } from './api-key.ts';
import { InputIssueType } from './domain-errors.ts';
import { AgentType } from './refs.ts';

export const ApproverType = builder.objectRef<Approver>('Approver').implement({
  description: "Somebody who decides what is held for approval, for an agent's owner or for an administrator.",
  fields: (t) => ({
    ...outputFields(t, Type.Omit(APPROVER, ['email'])),
    agents: t.field({
      type: [AgentType],
      description:
        'The agents whose held requests it decides, but for those that were deleted. To the approver itself, too. [owner key] [owner:manage]',
      extensions: counts({ items: 20 }),
      authScopes: (approver, _args, { principal }) =>
        principal?.kind === 'approver' && principal.approverId === approver.id
          ? { public: true }
          : { approversManager: approver },
      resolve: async ({ agentIds }, _args, { loaders }) =>
        (await Promise.all(agentIds.map((id) => loaders.agent.load(id)))).filter((agent) => agent !== null),
    }),
    email: t.string({
      nullable: true,
      description: `${descriptionOf(APPROVER, 'email')} [owner key] [owner:manage]`,
      authScopes: (approver) => ({ approversManager: approver }),
      resolve: ({ email }) => email,
    }),
    apiKeys: t.field({
      type: [ApiKeyType],
      description: 'Its keys, newest first, revoked ones included. [owner key] [owner:manage]',
      extensions: FEW,
      authScopes: (approver) => ({ approversManager: approver }),
      resolve: async ({ id }, _args, { loaders }) => [...(await loaders.apiKeys.load(id))],
    }),
  }),
});

const CreateApproverInput = builder.inputType('CreateApproverInput', {
  description: 'Somebody who is to decide what is held for approval.',
  fields: (t) => inputFields(t, CREATE_APPROVER),
});

const CreateApproverSuccess = builder
  .objectRef<{ approver: Approver; apiKey: string }>('CreateApproverSuccess')
  .implement({
    description: 'The approver was made.',
    fields: (t) => ({
      approver: t.field({ type: ApproverType, description: 'The new approver.', resolve: ({ approver }) => approver }),
      apiKey: t.exposeString('apiKey', { description: 'Its first key. It is shown only here.' }),
    }),
  });

const RemoveApproverInput = builder.inputType('RemoveApproverInput', {
  description: 'Which approver to remove.',
  fields: (t) => ({ approverId: t.id({ required: true, description: "The approver's id." }) }),
});

const RemoveApproverSuccess = builder.objectRef<RemovedApprover>('RemoveApproverSuccess').implement({
  description: 'The approver decides nothing any more.',
  fields: (t) => ({
    approver: t.field({ type: ApproverType, description: 'The removed one.', resolve: ({ approver }) => approver }),
    warnings: t.field({
      type: [InputIssueType],
      description: 'For which agents fewer may decide by now than must approve.',
      extensions: FEW,
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

builder.mutationFields((t) => ({
  createApprover: t.field({
    type: CreateApproverSuccess,
    description:
      'Its key is shown once. By the owner of all the agents, or an administrator. [owner key] [owner:manage]',
    authScopes: { ownerOrAdmin: true, scope: 'owner:manage' },
    errors: {
      types: [...CREATE_APPROVER_ERRORS],
      union: { name: 'CreateApproverResult', description: 'What createApprover answers.' },
    },
    args: { input: t.arg({ type: CreateApproverInput, required: true, description: 'Who decides what.' }) },
    resolve: (_root, { input }, { app, principal }) => app.owners.createApprover(principal, input),
  }),
  removeApprover: t.field({
    type: RemoveApproverSuccess,
    description: 'Its keys and links end at once; what it has decided stays. [owner key] [owner:manage]',
    authScopes: { ownerOrAdmin: true, scope: 'owner:manage' },
    errors: {
      types: [...REMOVE_APPROVER_ERRORS],
      union: { name: 'RemoveApproverResult', description: 'What removeApprover answers.' },
    },
    args: { input: t.arg({ type: RemoveApproverInput, required: true, description: 'Which approver.' }) },
    resolve: (_root, { input }, { app, principal }) => app.owners.removeApprover(principal, input),
  }),
}));
