import type { AdminPrincipal, Principal } from '../../../domain/principal.ts';
import { builder } from '../builder.ts';
import type { Loaders } from '../loaders.ts';
import { ApproverType } from './approver.ts';
import { AgentType, OwnerType } from './refs.ts';
import { SenderType } from './sender.ts';

export const AdminType = builder.objectRef<Pick<AdminPrincipal, 'adminId' | 'name'>>('Admin').implement({
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
  types: [AgentType, SenderType, OwnerType, ApproverType, AdminType],
  resolveType: (_viewer, { principal }) => TYPES[principal?.kind ?? 'sender'],
});

/** The viewer is always of the kind that the caller is. */
const TYPES = {
  agent: AgentType,
  sender: SenderType,
  owner: OwnerType,
  approver: ApproverType,
  admin: AdminType,
} as const;

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerUnion,
    nullable: true,
    description: 'The principal of the key or cookie in use; null for nobody.',
    authScopes: { public: true },
    resolve: (_root, _args, { principal, loaders }) => principal && viewerOf(principal, loaders),
  }),
);

function viewerOf(principal: Principal, loaders: Loaders) {
  switch (principal.kind) {
    case 'agent':
      return loaders.agent.load(principal.agentId);
    case 'sender':
      return loaders.sender.load(principal.senderId);
    case 'owner':
      return loaders.owner.load(principal.ownerId);
    case 'approver':
      return loaders.approver.load(principal.approverId);
    case 'admin':
      return principal;
  }
}
