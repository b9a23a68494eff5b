import { OF_AGENT_ERRORS, OF_SENDER_ERRORS, RESUME, SUSPEND } from '../../../application/suspensions/suspensions.ts';
import type { Agent } from '../../../domain/agent.ts';
import type { Sender } from '../../../domain/sender.ts';
import { SUSPENSION, type Suspension } from '../../../domain/suspension.ts';
import { builder } from '../builder.ts';
import { inputFields, outputFields } from '../fields.ts';
import { AgentType } from './refs.ts';
import { SenderType } from './sender.ts';

const SuspensionType = builder.objectRef<Suspension>('Suspension').implement({
  description: 'That an administrator has stopped a sender or an agent, until it is taken back.',
  fields: (t) => outputFields(t, SUSPENSION),
});

builder.objectField(AgentType, 'suspension', (t) =>
  t.field({
    type: SuspensionType,
    nullable: true,
    description:
      'Why, by whom and since when an administrator has suspended it; null while it is not. [owner key] [owner:manage]',
    authScopes: ({ id }) => ({ ownerOf: id }),
    resolve: ({ id }, _args, { loaders }) => loaders.suspension.load(id),
  }),
);

builder.objectField(SenderType, 'suspension', (t) =>
  t.field({
    type: SuspensionType,
    nullable: true,
    description: 'Why, by whom and since when it is suspended; null while it is not. [admin]',
    authScopes: { admin: true },
    resolve: ({ id }, _args, { loaders }) => loaders.suspension.load(id),
  }),
);

const SuspendInput = builder.inputType('SuspendInput', {
  description: 'Whom to suspend, and why.',
  fields: (t) => inputFields(t, SUSPEND),
});

const ResumeInput = builder.inputType('ResumeInput', {
  description: 'Whom to let go on.',
  fields: (t) => inputFields(t, RESUME),
});

/** Each of these mutations answers the sender. */
const ofSender = (name: string, description: string) =>
  builder.objectRef<{ sender: Sender }>(name).implement({
    description,
    fields: (t) => ({
      sender: t.field({ type: SenderType, description: 'The sender.', resolve: ({ sender }) => sender }),
    }),
  });

/** Each of these the agent. */
const ofAgent = (name: string, description: string) =>
  builder.objectRef<{ agent: Agent }>(name).implement({
    description,
    fields: (t) => ({
      agent: t.field({ type: AgentType, description: 'The agent.', resolve: ({ agent }) => agent }),
    }),
  });

const SuspendSenderSuccess = ofSender('SuspendSenderSuccess', 'The sender is suspended.');
const ResumeSenderSuccess = ofSender('ResumeSenderSuccess', 'The sender may go on.');
const SuspendAgentSuccess = ofAgent('SuspendAgentSuccess', 'The agent is suspended.');
const ResumeAgentSuccess = ofAgent('ResumeAgentSuccess', 'The agent may go on.');

builder.mutationFields((t) => ({
  suspendSender: t.field({
    type: SuspendSenderSuccess,
    description:
      'The sender submits nothing any more, and what waits of it is not delivered until it is resumed. It still reads and cancels. Again it gives another reason. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...OF_SENDER_ERRORS],
      union: { name: 'SuspendSenderResult', description: 'What suspendSender answers.' },
    },
    args: { input: t.arg({ type: SuspendInput, required: true, description: 'Whom, and why.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      sender: await app.suspensions.suspendSender(principal, input),
    }),
  }),
  resumeSender: t.field({
    type: ResumeSenderSuccess,
    description:
      'Takes a suspension back: what waits is delivered. Of who is not suspended it changes nothing. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...OF_SENDER_ERRORS],
      union: { name: 'ResumeSenderResult', description: 'What resumeSender answers.' },
    },
    args: { input: t.arg({ type: ResumeInput, required: true, description: 'Whom.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      sender: await app.suspensions.resumeSender(principal, input),
    }),
  }),
  suspendAgent: t.field({
    type: SuspendAgentSuccess,
    description:
      'The agent’s channels are closed, and nobody asks it anything until it is resumed; what is open waits. Again it gives another reason. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...OF_AGENT_ERRORS],
      union: { name: 'SuspendAgentResult', description: 'What suspendAgent answers.' },
    },
    args: { input: t.arg({ type: SuspendInput, required: true, description: 'Whom, and why.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      agent: await app.suspensions.suspendAgent(principal, input),
    }),
  }),
  resumeAgent: t.field({
    type: ResumeAgentSuccess,
    description: 'Takes a suspension back: the agent may connect, and gets what waits. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...OF_AGENT_ERRORS],
      union: { name: 'ResumeAgentResult', description: 'What resumeAgent answers.' },
    },
    args: { input: t.arg({ type: ResumeInput, required: true, description: 'Whom.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      agent: await app.suspensions.resumeAgent(principal, input),
    }),
  }),
}));
