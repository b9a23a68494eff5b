import { GraphQLError } from 'graphql';
import { Type } from 'typebox';
import { SEARCH_DESCRIPTION } from '../../../application/agents/agent-filter.ts';
import { DELETE_AGENT_ERRORS } from '../../../application/agents/delete-agent.ts';
import {
  REGISTER_AGENT,
  REGISTER_AGENT_ERRORS,
  type RegisteredAgent,
} from '../../../application/agents/register-agent.ts';
import { UPDATE_AGENT, UPDATE_AGENT_ERRORS } from '../../../application/agents/update-agent.ts';
import { AGENT, AGENT_RECORD, AGENT_STATUS, type Agent } from '../../../domain/agent.ts';
import { descriptionOf, keywordsOf } from '../../../domain/fields.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { byId, byVersion, connectionOf } from '../page.ts';
import { ApiKeyType } from './api-key.ts';
import { ApproverType } from './approver.ts';
import { CapabilityContractType } from './capability.ts';
import { AgentStatusEnum, RequestStatusEnum } from './enums.ts';
import { PolicySetType } from './policy.ts';
import { AgentType, OwnerType, RequestType } from './refs.ts';

AgentType.implement({
  description: 'An agent of the registry.',
  fields: (t) => ({
    ...outputFields(t, Type.Omit(AGENT, ['lastHeartbeatAt'])),
    status: t.field({
      type: AgentStatusEnum,
      description: keywordsOf(AGENT_STATUS).description ?? '',
      resolve: ({ id }, _args, { loaders }) => loaders.agentStatus.load(id),
    }),
    lastHeartbeatAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: `${descriptionOf(AGENT, 'lastHeartbeatAt')} [owner] [agent:manage | owner:manage]`,
      authScopes: ({ id }) => ({ managerOf: id }),
      resolve: (agent) => agent.lastHeartbeatAt,
    }),
    capabilities: t.field({
      type: CapabilityContractType,
      nullable: true,
      description: 'The active contract; null before the first one.',
      resolve: ({ id }, _args, { loaders }) => loaders.activeContract.load(id),
    }),
    capabilityHistory: t.connection(
      {
        type: CapabilityContractType,
        description: 'Every version, newest first. [owner] [agent:manage | owner:manage]',
        authScopes: ({ id }) => ({ managerOf: id }),
        resolve: ({ id }, args, { app, principal }) =>
          connectionOf(args, byVersion, (page) => app.agents.capabilityHistory(principal, id, page)),
      },
      { name: 'AgentCapabilityHistoryConnection' },
      { name: 'AgentCapabilityHistoryConnectionEdge' },
    ),
    policies: t.field({
      type: PolicySetType,
      nullable: true,
      description: 'The active policy set; null before the first one. [owner] [agent:manage | owner:manage]',
      authScopes: ({ id }) => ({ managerOf: id }),
      resolve: ({ id }, _args, { loaders }) => loaders.activePolicySet.load(id),
    }),
    policyHistory: t.connection(
      {
        type: PolicySetType,
        description: 'Every version, newest first. [owner] [agent:manage | owner:manage]',
        authScopes: ({ id }) => ({ managerOf: id }),
        resolve: ({ id }, args, { app, principal }) =>
          connectionOf(args, byVersion, (page) => app.agents.policyHistory(principal, id, page)),
      },
      { name: 'AgentPolicyHistoryConnection' },
      { name: 'AgentPolicyHistoryConnectionEdge' },
    ),
    requests: t.connection(
      {
        type: RequestType,
        description: 'Requests addressed to this agent, newest first. [owner] [requests:read]',
        authScopes: ({ id }) => ({ scope: 'requests:read', readerOf: id }),
        args: { status: t.arg({ type: [RequestStatusEnum], description: 'Only those in one of these states.' }) },
        resolve: ({ id }, args, { app, principal }) =>
          connectionOf(args, byId, (page) =>
            app.requests.listOfAgent(principal, id, { statuses: args.status ?? undefined }, page),
          ),
      },
      { name: 'AgentRequestsConnection' },
      { name: 'AgentRequestsConnectionEdge' },
    ),
    apiKeys: t.field({
      type: [ApiKeyType],
      description: 'Its keys, newest first, revoked ones included. [owner] [agent:manage | owner:manage]',
      extensions: FEW,
      authScopes: ({ id }) => ({ managerOf: id }),
      resolve: async ({ id }, _args, { loaders }) => [...(await loaders.apiKeys.load(id))],
    }),
    owner: t.field({
      type: OwnerType,
      nullable: true,
      description: 'Whose it is; null for nobody in particular. [owner key] [owner:manage]',
      authScopes: ({ id }) => ({ ownerOf: id }),
      resolve: ({ ownerId }, _args, { loaders }) => (ownerId === null ? null : loaders.owner.load(ownerId)),
    }),
    keysManage: t.field({
      type: 'Boolean',
      description: `${descriptionOf(AGENT_RECORD, 'agentKeysManage')} [owner key] [owner:manage]`,
      authScopes: ({ id }) => ({ ownerOf: id }),
      resolve: (agent) => agent.agentKeysManage,
    }),
    approvers: t.field({
      type: [ApproverType],
      description: 'Who decides what is held for approval, oldest first. [owner key] [owner:manage]',
      extensions: FEW,
      authScopes: ({ id }) => ({ ownerOf: id }),
      args: {
        managed: t.arg.boolean({
          description:
            'Only those whose address, agents and keys the caller reads: none that an administrator made for agents of other owners, too.',
        }),
      },
      resolve: async ({ id }, { managed }, { app, loaders, principal }) => {
        const approvers = await loaders.approversOfAgent.load(id);
        if (!managed) return [...approvers];
        const isManaged = await Promise.all(approvers.map((each) => app.owners.mayManageApprover(principal, each)));
        return approvers.filter((_each, index) => isManaged[index]);
      },
    }),
  }),
});

builder.queryFields((t) => ({
  agent: t.field({
    type: AgentType,
    nullable: true,
    description: 'By id or by handle, exactly one of them. Open to everybody.',
    authScopes: { public: true },
    args: {
      id: t.arg.id({ description: "The agent's id; its handle is taken as well." }),
      handle: t.arg.string({ description: "The agent's handle; its id is taken as well." }),
    },
    resolve: (_root, { id, handle }, { app }) => {
      const named = id ?? handle;
      if (named != null && (id == null || handle == null)) return app.agents.find(named);
      throw new GraphQLError('Give exactly one of id and handle.', { extensions: { code: 'BAD_USER_INPUT' } });
    },
  }),
  agents: t.connection(
    {
      type: AgentType,
      description: 'The directory, newest first: search by words, filter by action or status. Open to everybody.',
      authScopes: { public: true },
      args: {
        search: t.arg.string({
          description: SEARCH_DESCRIPTION,
        }),
        action: t.arg.string({ description: 'Only agents whose active contract offers this action.' }),
        status: t.arg({ type: AgentStatusEnum, description: 'Only agents that can, or cannot, be reached now.' }),
      },
      resolve: (_root, args, { app }) =>
        connectionOf(args, byId, (page) =>
          app.agents.list(
            {
              search: args.search ?? undefined,
              action: args.action ?? undefined,
              status: args.status ?? undefined,
            },
            page,
          ),
        ),
    },
    { name: 'QueryAgentsConnection' },
    { name: 'QueryAgentsConnectionEdge' },
  ),
}));

const RegisterAgentInput = builder.inputType('RegisterAgentInput', {
  description: 'An agent to register.',
  fields: (t) => inputFields(t, REGISTER_AGENT),
});

const RegisterAgentSuccess = builder.objectRef<RegisteredAgent>('RegisterAgentSuccess').implement({
  description: 'The agent is registered.',
  fields: (t) => ({
    agent: t.field({ type: AgentType, description: 'The new agent.', resolve: ({ agent }) => agent }),
    apiKey: t.exposeString('apiKey', { description: 'Its first key. It is shown only here.' }),
    ownerKey: t.exposeString('ownerKey', {
      nullable: true,
      description:
        'The key of its owner, where that was made with it: for whoever came without a credential. It is shown only here.',
    }),
  }),
});

const UpdateAgentInput = builder.inputType('UpdateAgentInput', {
  description: 'What changes of an agent; what is left out stays.',
  fields: (t) => inputFields(t, UPDATE_AGENT),
});

const UpdateAgentSuccess = builder.objectRef<{ agent: Agent }>('UpdateAgentSuccess').implement({
  description: 'The agent is changed.',
  fields: (t) => ({
    agent: t.field({ type: AgentType, description: 'The agent as it is now.', resolve: ({ agent }) => agent }),
  }),
});

const DeleteAgentInput = builder.inputType('DeleteAgentInput', {
  description: 'Which agent to delete.',
  fields: (t) => ({ agentId: t.id({ required: true, description: "The agent's id or handle." }) }),
});

const DeleteAgentSuccess = builder.objectRef<{ agentId: string }>('DeleteAgentSuccess').implement({
  description: 'The agent is gone.',
  fields: (t) => ({ agentId: t.exposeID('agentId', { description: 'The id that it had.' }) }),
});

builder.mutationFields((t) => ({
  registerAgent: t.field({
    type: RegisterAgentSuccess,
    description:
      "Open to everybody, unless REGISTRATION says otherwise; with an owner's key it is that owner's. The keys are shown once.",
    authScopes: { notRefused: true },
    errors: {
      types: [...REGISTER_AGENT_ERRORS],
      union: { name: 'RegisterAgentResult', description: 'What registerAgent answers.' },
    },
    args: { input: t.arg({ type: RegisterAgentInput, required: true, description: 'Who registers.' }) },
    resolve: (_root, { input }, { app, principal, address }) => app.agents.register(principal, input, address),
  }),
  updateAgent: t.field({
    type: UpdateAgentSuccess,
    description:
      'Its names, and whether its own keys manage it; the latter is for its owner and administrators. [owner] [agent:manage | owner:manage]',
    authScopes: (_root, { input }) => ({ managerOf: input.agentId }),
    errors: {
      types: [...UPDATE_AGENT_ERRORS],
      union: { name: 'UpdateAgentResult', description: 'What updateAgent answers.' },
    },
    args: { input: t.arg({ type: UpdateAgentInput, required: true, description: 'What changes.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ agent: await app.agents.update(principal, input) }),
  }),
  deleteAgent: t.field({
    type: DeleteAgentSuccess,
    description: 'Closes its channels, cancels its open requests. [owner] [agent:manage | owner:manage]',
    authScopes: (_root, { input }) => ({ managerOf: input.agentId }),
    errors: {
      types: [...DELETE_AGENT_ERRORS],
      union: { name: 'DeleteAgentResult', description: 'What deleteAgent answers.' },
    },
    args: { input: t.arg({ type: DeleteAgentInput, required: true, description: 'Which agent.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ agentId: await app.agents.delete(principal, input) }),
  }),
}));
