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
