import type { AdminPrincipal } from '../../../domain/principal.ts';
import { builder } from '../builder.ts';
import { AgentType } from './refs.ts';
import { SenderType } from './sender.ts';

const AdminType = builder.objectRef<AdminPrincipal>('Admin').implement({
  description: 'An administrator, known by the cookie of the admin login.',
  fields: (t) => ({
    id: t.id({
      nullable: true,
      description: 'The id of a named administrator; null for whoever logged in with the one password.',
      resolve: ({ adminId }) => adminId,
    }),
    name: t.exposeString('name', { description: 'The name it goes by.' }),
  }),
});

const ViewerUnion = builder.unionType('Viewer', {
  description: 'The principal of the key or cookie in use.',
  types: [AgentType, SenderType, AdminType],
  resolveType: (viewer) => ('handle' in viewer ? AgentType : 'kind' in viewer ? AdminType : SenderType),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerUnion,
    nullable: true,
    description: 'The principal of the key or cookie in use; null for nobody.',
    authScopes: { public: true },
    resolve: async (_root, _args, { principal, loaders }) => {
      if (principal === null || principal.kind === 'admin') return principal;
      return principal.kind === 'agent'
        ? loaders.agent.load(principal.agentId)
        : loaders.sender.load(principal.senderId);
    },
  }),
);
