import { ISSUE_OWNER_KEY_ERRORS } from '../../../application/owners/issue-owner-key.ts';
import type { Owner } from '../../../domain/owner.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { byId, connectionOf } from '../page.ts';
import { ApiKeyType } from './api-key.ts';
import { ApproverType } from './approver.ts';
import { AgentType, OwnerType } from './refs.ts';

OwnerType.implement({
  description: 'Somebody whose agents these are. Only the owner itself and administrators see what is its own.',
  fields: (t) => ({
    id: t.exposeID('id', { description: "The owner's id." }),
    agents: t.connection(
      {
        type: AgentType,
        description: 'Its agents, newest first. [owner key] [owner:manage]',
        authScopes: ({ id }) => ({ ownerItself: id }),
        resolve: ({ id }, args, { app }) => connectionOf(args, byId, (page) => app.agents.list({ ownerId: id }, page)),
      },
      { name: 'OwnerAgentsConnection' },
      { name: 'OwnerAgentsConnectionEdge' },
    ),
    apiKeys: t.field({
      type: [ApiKeyType],
      description: 'Its keys, newest first, revoked ones included. [owner key] [owner:manage]',
      extensions: FEW,
      authScopes: ({ id }) => ({ ownerItself: id }),
      resolve: async ({ id }, _args, { loaders }) => [...(await loaders.apiKeys.load(id))],
    }),
    approvers: t.field({
      type: [ApproverType],
      description: 'The approvers that it made, oldest first. [owner key] [owner:manage]',
      extensions: FEW,
      authScopes: ({ id }) => ({ ownerItself: id }),
      resolve: async ({ id }, _args, { app }) => [...(await app.owners.approversOfOwner(id))],
    }),
  }),
});

const IssueOwnerKeyInput = builder.inputType('IssueOwnerKeyInput', {
  description: "Which agent's owner gets a key.",
  fields: (t) => ({ agentId: t.id({ required: true, description: "The agent's id or handle." }) }),
});

const IssueOwnerKeySuccess = builder.objectRef<{ owner: Owner; ownerKey: string }>('IssueOwnerKeySuccess').implement({
  description: 'The owner has a further key.',
  fields: (t) => ({
    owner: t.field({ type: OwnerType, description: "The agent's owner.", resolve: ({ owner }) => owner }),
    ownerKey: t.exposeString('ownerKey', { description: 'The key itself. It is shown only here.' }),
  }),
});

builder.mutationField('issueOwnerKey', (t) =>
  t.field({
    type: IssueOwnerKeySuccess,
    description: "A key of the agent's owner, who is made where there is none. [admin]",
    authScopes: { admin: true },
    errors: {
      types: [...ISSUE_OWNER_KEY_ERRORS],
      union: { name: 'IssueOwnerKeyResult', description: 'What issueOwnerKey answers.' },
    },
    args: { input: t.arg({ type: IssueOwnerKeyInput, required: true, description: 'Whose owner.' }) },
    resolve: (_root, { input }, { app, principal }) => app.owners.issueKey(principal, input),
  }),
);
