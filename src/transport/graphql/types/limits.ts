import {
  REMOVE_SENDER_LIMIT_ERRORS,
  SENDER_LIMIT_OF,
  SET_AGENT_LIMITS,
  SET_LIMITS_ERRORS,
  SET_SENDER_LIMIT,
} from '../../../application/limits/manage-limits.ts';
import {
  AGENT_LIMITS,
  type AgentLimits,
  LIMIT_STATE,
  type LimitState,
  SENDER_LIMIT,
  type SenderLimit,
} from '../../../domain/limits.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { bySenderId, connectionOf } from '../page.ts';
import { AgentType } from './refs.ts';
import { SenderType } from './sender.ts';

const AgentLimitsType = builder.objectRef<AgentLimits>('AgentLimits').implement({
  description: 'What an owner lets senders ask of its agent. It allows no more than the platform does.',
  fields: (t) => outputFields(t, AGENT_LIMITS),
});

const SenderLimitType = builder.objectRef<SenderLimit>('SenderLimit').implement({
  description: 'What one sender may at one agent, in place of what its limits say for each.',
  fields: (t) => outputFields(t, SENDER_LIMIT),
});

const LimitStateType = builder.objectRef<LimitState>('LimitState').implement({
  description: 'How a limit stands that the caller is bound by.',
  fields: (t) => outputFields(t, LIMIT_STATE),
});

builder.objectFields(AgentType, (t) => ({
  limits: t.field({
    type: AgentLimitsType,
    nullable: true,
    description: 'What its owner lets senders ask of it; null where nothing was set. [owner key] [owner:manage]',
    authScopes: ({ id }) => ({ ownerOf: id }),
    resolve: ({ id }, _args, { app, principal }) => app.limits.ofAgent(principal, id),
  }),
  senderLimits: t.connection(
    {
      type: SenderLimitType,
      description: 'What its owner set for single senders, by their ids. [owner key] [owner:manage]',
      authScopes: ({ id }) => ({ ownerOf: id }),
      resolve: ({ id }, args, { app, principal }) =>
        connectionOf(args, bySenderId, (page) => app.limits.ofSenders(principal, id, page)),
    },
    { name: 'AgentSenderLimitsConnection' },
    { name: 'AgentSenderLimitsConnectionEdge' },
  ),
}));

builder.objectField(SenderType, 'limits', (t) =>
  t.field({
    type: [LimitStateType],
    description:
      "How the limits stand that it is bound by: the platform's, and with a handle its share of what that agent's owner allows. For the sender itself, and administrators. [sender:manage]",
    extensions: FEW,
    args: { handle: t.arg.string({ description: 'The handle, or the id, of an agent.' }) },
    authScopes: ({ id }, _args, { principal }) =>
      principal?.kind === 'sender' && principal.senderId === id ? { scope: 'sender:manage' } : { admin: true },
    resolve: async ({ id }, { handle }, { app, principal }) => [
      ...(await app.limits.standing(principal, id, handle ?? null)),
    ],
  }),
);

const SetAgentLimitsSuccess = builder.objectRef<{ limits: AgentLimits }>('SetAgentLimitsSuccess').implement({
  description: 'The limits are in force.',
  fields: (t) => ({
    limits: t.field({ type: AgentLimitsType, description: 'The new version.', resolve: ({ limits }) => limits }),
  }),
});

const senderLimitSuccess = (name: string, description: string) =>
  builder.objectRef<{ senderLimit: SenderLimit }>(name).implement({
    description,
    fields: (t) => ({
      senderLimit: t.field({
        type: SenderLimitType,
        description: 'What the sender may, or might before.',
        resolve: ({ senderLimit }) => senderLimit,
      }),
    }),
  });

const SetSenderLimitSuccess = senderLimitSuccess('SetSenderLimitSuccess', 'It is in force.');
const RemoveSenderLimitSuccess = senderLimitSuccess(
  'RemoveSenderLimitSuccess',
  'The sender is like all others at the agent again.',
);

const AgentLimitsInput = builder.inputType('AgentLimitsInput', {
  description: 'All numbers that are to be in force: what is left out is the platform’s.',
  fields: (t) => inputFields(t, SET_AGENT_LIMITS),
});

const SenderLimitInput = builder.inputType('SenderLimitInput', {
  description: 'What the sender may from now on: what is left out is as for each sender.',
  fields: (t) => inputFields(t, SET_SENDER_LIMIT),
});

const RemoveSenderLimitInput = builder.inputType('RemoveSenderLimitInput', {
  description: 'Whose limit to remove.',
  fields: (t) => inputFields(t, SENDER_LIMIT_OF),
});

builder.mutationFields((t) => ({
  setAgentLimits: t.field({
    type: SetAgentLimitsSuccess,
    description: 'Sets what senders may ask of the agent. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...SET_LIMITS_ERRORS],
      union: { name: 'SetAgentLimitsResult', description: 'What setAgentLimits answers.' },
    },
    args: { input: t.arg({ type: AgentLimitsInput, required: true, description: 'Which numbers.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      limits: await app.limits.setOfAgent(principal, input),
    }),
  }),
  setSenderLimit: t.field({
    type: SetSenderLimitSuccess,
    description:
      'Gives one sender numbers of its own, or blocks it: then its requests are refused, and what waits of it is held. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...SET_LIMITS_ERRORS],
      union: { name: 'SetSenderLimitResult', description: 'What setSenderLimit answers.' },
    },
    args: { input: t.arg({ type: SenderLimitInput, required: true, description: 'Which sender may what.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      senderLimit: await app.limits.setOfSender(principal, input),
    }),
  }),
  removeSenderLimit: t.field({
    type: RemoveSenderLimitSuccess,
    description: 'The sender is like all others at the agent again. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...REMOVE_SENDER_LIMIT_ERRORS],
      union: { name: 'RemoveSenderLimitResult', description: 'What removeSenderLimit answers.' },
    },
    args: { input: t.arg({ type: RemoveSenderLimitInput, required: true, description: 'Whose.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      senderLimit: await app.limits.removeOfSender(principal, input),
    }),
  }),
}));
