import { Type } from 'typebox';
import { isManagerOf, isToldOutcomes } from '../../../application/access.ts';
import { descriptionOf } from '../../../domain/fields.ts';
import {
  REQUEST,
  REQUEST_FAILURE,
  REQUEST_PROGRESS,
  type RequestFailure,
  type RequestProgress,
} from '../../../domain/request.ts';
import { type LoggedStage, STAGE_RESULT } from '../../../domain/verdict.ts';
import { countedResult } from '../answered-results.ts';
import { builder } from '../builder.ts';
import { counts, FEW } from '../counts.ts';
import { outputFields } from '../fields.ts';
import { InputIssueType } from './domain-errors.ts';
import { DenialKindEnum, RequestStatusEnum } from './enums.ts';
import { AgentType, RequestType } from './refs.ts';

export const StageResultType = builder.objectRef<LoggedStage>('StageResult').implement({
  description: "One stage's verdict on one request.",
  fields: (t) => ({
    ...outputFields(t, STAGE_RESULT),
    kind: t.field({
      type: DenialKindEnum,
      nullable: true,
      description: 'Why not, for programs; null where it passed, and in logs from before denials had kinds.',
      resolve: ({ kind }) => kind,
    }),
    issues: t.field({
      type: [InputIssueType],
      description: 'Everything that is wrong with the params, at most 20; empty where it is about something else.',
      resolve: ({ issues }) => issues ?? [],
      extensions: FEW,
    }),
    detail: t.string({
      nullable: true,
      description:
        "Why, in words that name what only the policies know; of what passed, which rule waived the approval of it. For the agent's own key, its owner and administrators: null for everybody else, and where there is none.",
      resolve: ({ detail }) => detail,
    }),
  }),
});

const RequestFailureType = builder.objectRef<RequestFailure>('RequestFailure').implement({
  description: 'Why a request did not come to its result.',
  fields: (t) => outputFields(t, REQUEST_FAILURE),
});

export const RequestProgressType = builder.objectRef<RequestProgress>('RequestProgress').implement({
  description: 'How far an agent says to be with a request.',
  fields: (t) => outputFields(t, REQUEST_PROGRESS),
});

/** Shown as an agent, or to some alone, or to nobody outside. */
const OTHERWISE = [
  'result',
  'error',
  'effectiveParams',
  'isHeld',
  'progress',
  'agentId',
  'pipelineLog',
  'deliveries',
  'losses',
  'outcomeAttempt',
  'channelId',
  'nodeId',
  'revision',
] as const;

RequestType.implement({
  description: 'A request to an agent, and what became of it. [party]',
  extensions: counts({ values: 16 }),
  fields: (t) => ({
    ...outputFields(
      t,
      Type.Omit(REQUEST, OTHERWISE),
      { status: RequestStatusEnum },
      { params: counts({ values: 24 }) },
    ),
    result: t.field({
      type: 'JSON',
      nullable: true,
      description: `${descriptionOf(REQUEST, 'result')} Null to approvers, too.`,
      extensions: counts({ values: 40 }),
      resolve: ({ result }, _args, context, info) =>
        isToldOutcomes(context.principal) ? countedResult(result, context, info) : null,
    }),
    error: t.field({
      type: RequestFailureType,
      nullable: true,
      description: `${descriptionOf(REQUEST, 'error')} Null to approvers, too.`,
      resolve: ({ error }, _args, { principal }) => (isToldOutcomes(principal) ? error : null),
    }),
    progress: t.field({
      type: RequestProgressType,
      nullable: true,
      description: `${descriptionOf(REQUEST, 'progress')} Null to approvers, too.`,
      resolve: ({ progress }, _args, { principal }) => (isToldOutcomes(principal) ? progress : null),
    }),
    pipelineLog: t.field({
      type: [StageResultType],
      description: descriptionOf(REQUEST, 'pipelineLog'),
      extensions: FEW,
      resolve: async ({ pipelineLog, agentId }, _args, { app, principal }) =>
        (await isManagerOf(principal, agentId, app.agents.ownerOf))
          ? pipelineLog
          : pipelineLog.map(({ detail: _, ...told }) => told),
    }),
    agent: t.field({
      type: AgentType,
      nullable: true,
      description: 'The agent that it was sent to; null once that is deleted.',
      resolve: ({ agentId }, _args, { loaders }) => loaders.agent.load(agentId),
    }),
  }),
});
