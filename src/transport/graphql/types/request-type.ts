import type { RequestFailure } from '../../../domain/request.ts';
import type { StageResult } from '../../../domain/verdict.ts';
import { builder } from '../builder.ts';
import { counts, FEW } from '../counts.ts';
import { RequestStatusEnum } from './enums.ts';
import { AgentType, RequestType } from './refs.ts';

export const StageResultType = builder.objectRef<StageResult>('StageResult').implement({
  description: "One stage's verdict on one request.",
  fields: (t) => ({
    stage: t.exposeString('stage', { description: 'policy_engine, capability_sandbox, …' }),
    passed: t.exposeBoolean('passed', { description: 'Whether the stage let it pass.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why not, or why it is held.' }),
    durationMs: t.exposeFloat('durationMs', { description: 'How long the stage took, in milliseconds.' }),
  }),
});

const RequestFailureType = builder.objectRef<RequestFailure>('RequestFailure').implement({
  description: 'Why a request did not come to its result.',
  fields: (t) => ({
    code: t.exposeString('code', {
      description: "The agent's own code, or rejected, cancelled, timeout, undeliverable, agent_deleted, agent_error.",
    }),
    message: t.exposeString('message', { description: 'The same for people.' }),
  }),
});

RequestType.implement({
  description: 'A request to an agent, and what became of it. [party]',
  extensions: counts({ values: 16 }),
  fields: (t) => ({
    id: t.exposeID('id', { description: 'Its id, a UUID.' }),
    status: t.field({ type: RequestStatusEnum, description: 'Its state.', resolve: ({ status }) => status }),
    action: t.exposeString('action', { description: 'The action that was asked for.' }),
    params: t.field({
      type: 'JSONObject',
      description: 'Its params, as they were sent.',
      extensions: counts({ values: 24 }),
      resolve: ({ params }) => params,
    }),
    handle: t.exposeString('handle', { description: 'The handle that it was sent to.' }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'The agent that it was sent to; null once that is deleted.',
      resolve: ({ agentId }, _args, { loaders }) => loaders.agent.load(agentId),
    }),
    senderId: t.exposeID('senderId', { description: 'Who sent it: a sender’s id, or an agent’s.' }),
    result: t.field({
      type: 'JSON',
      nullable: true,
      description: 'What the agent answered; null until it is COMPLETED.',
      extensions: counts({ values: 24 }),
      resolve: ({ result }) => result,
    }),
    error: t.field({
      type: RequestFailureType,
      nullable: true,
      description: 'Set on FAILED, REJECTED, CANCELLED and TIMEOUT.',
      resolve: ({ error }) => error,
    }),
    pipelineLog: t.field({
      type: [StageResultType],
      description: 'What each stage of the pipeline said, in order.',
      extensions: FEW,
      resolve: ({ pipelineLog }) => [...pipelineLog],
    }),
    attempts: t.exposeInt('attempts', { description: 'How often it was handed to a channel.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was submitted.' }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When it last changed.' }),
    expiresAt: t.expose('expiresAt', {
      type: 'DateTime',
      description: 'When it becomes TIMEOUT unless it is finished.',
    }),
  }),
});
