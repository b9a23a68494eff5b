import {
  ACKNOWLEDGE_REQUEST,
  ACKNOWLEDGE_REQUEST_ERRORS,
  COMPLETE_REQUEST,
  COMPLETE_REQUEST_ERRORS,
  FAIL_REQUEST,
  FAIL_REQUEST_ERRORS,
} from '../../../application/requests/answer-request.ts';
import { CANCEL_REQUEST, CANCEL_REQUEST_ERRORS } from '../../../application/requests/cancel-request.ts';
import { REPORT_PROGRESS, REPORT_PROGRESS_ERRORS } from '../../../application/requests/report-progress.ts';
import {
  SUBMIT_REQUEST,
  SUBMIT_REQUEST_ERRORS,
  type SubmittedRequest,
} from '../../../application/requests/submit-request.ts';
import { RequestNotFoundError } from '../../../domain/errors.ts';
import { REJECTIONS_OF_SENDER, type RejectionsOfSender } from '../../../domain/rejections-not-kept.ts';
import type { Request, RequestOrder, RequestProgress } from '../../../domain/request.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { byChange, byId, connectionOf, refused } from '../page.ts';
import { whileCallerStays } from '../while-caller-stays.ts';
import { RequestOrderEnum, RequestStatusEnum, WhenOfflineEnum } from './enums.ts';
import { AgentType, RequestType } from './refs.ts';
import { RequestProgressType } from './request-type.ts';

const RejectionsNotKeptType = builder.objectRef<RejectionsOfSender>('RejectionsNotKept').implement({
  description: 'How many requests of a sender were rejected and not kept.',
  fields: (t) => outputFields(t, REJECTIONS_OF_SENDER),
});

builder.objectField(AgentType, 'rejectionsNotKept', (t) =>
  t.field({
    type: [RejectionsNotKeptType],
    description:
      'What was rejected at this agent beyond REJECTIONS_KEPT_PER_MINUTE, which is counted and not kept: the 20 most frequent. [owner] [agent:manage | owner:manage]',
    extensions: FEW,
    authScopes: ({ id }) => ({ managerOf: id }),
    args: { since: t.arg({ type: 'DateTime', required: true, description: 'From which minute on.' }) },
    resolve: async ({ id }, { since }, { app, principal }) => [
      ...(await app.requests.rejectionsNotKept(principal, id, since)),
    ],
  }),
);

builder.queryFields((t) => ({
  request: t.field({
    type: RequestType,
    nullable: true,
    description: "One request; null for an unknown one, and for one that is not the caller's. [party] [requests:read]",
    authScopes: (_root, _args, { principal }) => (principal === null ? { public: true } : { scope: 'requests:read' }),
    args: { id: t.arg.id({ required: true, description: "The request's id." }) },
    resolve: (_root, { id }, { app, principal }) => app.requests.find(principal, id),
  }),
  requests: t.connection(
    {
      type: RequestType,
      description: 'What the viewer sent (sender), was sent (agent), or all (admin), newest first. [requests:read]',
      authScopes: { authenticated: true, scope: 'requests:read' },
      args: {
        status: t.arg({ type: [RequestStatusEnum], description: 'Only those in one of these states.' }),
        handle: t.arg.string({ description: 'Only those that were sent to this handle, or to the agent of this id.' }),
        orderBy: t.arg({
          type: RequestOrderEnum,
          description: 'What they are sorted by. UPDATED is read by `first` and `after`.',
          defaultValue: 'NEWEST',
        }),
        action: t.arg.string({ description: 'Only those that ask for this action.' }),
        contextId: t.arg.string({ description: 'Only those that belong to it, as their sender said.' }),
        senderId: t.arg.id({ description: 'Only those that this sender, or agent, sent.' }),
        submittedFrom: t.arg({ type: 'DateTime', description: 'Only those submitted at that moment or later.' }),
        submittedBefore: t.arg({ type: 'DateTime', description: 'Only those submitted before that moment.' }),
      },
      resolve: (_root, args, { app, principal }) =>
        connectionOf(args, keyFor(args), (page) =>
          app.requests.list(
            principal,
            {
              orderBy: args.orderBy ?? undefined,
              statuses: args.status ?? undefined,
              handle: args.handle ?? undefined,
              action: args.action ?? undefined,
              contextId: args.contextId ?? undefined,
              senderId: args.senderId ?? undefined,
              submittedFrom: args.submittedFrom ?? undefined,
              submittedBefore: args.submittedBefore ?? undefined,
            },
            page,
          ),
        ),
    },
    { name: 'QueryRequestsConnection' },
    { name: 'QueryRequestsConnectionEdge' },
  ),
}));

/** Throws GraphQLError for what goes backwards by changes. */
function keyFor(args: {
  readonly orderBy?: RequestOrder | null | undefined;
  readonly last?: unknown;
  readonly before?: unknown;
}) {
  if (args.orderBy !== 'UPDATED') return byId;
  if (args.last != null || args.before != null) throw refused('orderBy UPDATED is read by first and after.');
  return byChange;
}

/** Each of these mutations answers the request as it is now. */
const success = (name: string, description: string) =>
  builder.objectRef<{ request: Request }>(name).implement({
    description,
    fields: (t) => ({
      request: t.field({
        type: RequestType,
        description: 'The request as it is now.',
        resolve: ({ request }) => request,
      }),
    }),
  });

const SubmitRequestSuccess = builder.objectRef<{ request: SubmittedRequest }>('SubmitRequestSuccess').implement({
  description: 'The request was accepted.',
  fields: (t) => ({
    request: t.field({
      type: RequestType,
      description: 'The request as it is now.',
      resolve: ({ request }) => request,
    }),
    replayed: t.boolean({
      description: 'Whether it is the first request under the same idempotency key, and not a new one.',
      resolve: ({ request }) => request.isReplay,
    }),
  }),
});

const CancelRequestSuccess = success('CancelRequestSuccess', 'The request is cancelled.');
const AcknowledgeRequestSuccess = success('AcknowledgeRequestSuccess', 'The request is acknowledged.');
const CompleteRequestSuccess = success('CompleteRequestSuccess', 'The request is completed.');
const FailRequestSuccess = success('FailRequestSuccess', 'The request is failed.');

const ReportProgressSuccess = builder.objectRef<{ progress: RequestProgress }>('ReportProgressSuccess').implement({
  description: 'The progress was taken.',
  fields: (t) => ({
    progress: t.field({
      type: RequestProgressType,
      description: 'What was taken.',
      resolve: ({ progress }) => progress,
    }),
  }),
});

const SubmitRequestInput = builder.inputType('SubmitRequestInput', {
  description: 'What to ask of which agent.',
  fields: (t) => inputFields(t, SUBMIT_REQUEST, { whenOffline: WhenOfflineEnum }),
});

const CancelRequestInput = builder.inputType('CancelRequestInput', {
  description: 'Which request to cancel.',
  fields: (t) => inputFields(t, CANCEL_REQUEST),
});

const AcknowledgeRequestInput = builder.inputType('AcknowledgeRequestInput', {
  description: 'Which request the agent has.',
  fields: (t) => inputFields(t, ACKNOWLEDGE_REQUEST),
});

const ReportProgressInput = builder.inputType('ReportProgressInput', {
  description: 'How far the agent is with which request.',
  fields: (t) => inputFields(t, REPORT_PROGRESS),
});

const CompleteRequestInput = builder.inputType('CompleteRequestInput', {
  description: 'Which request is done, with what result.',
  fields: (t) => inputFields(t, COMPLETE_REQUEST),
});

const FailRequestInput = builder.inputType('FailRequestInput', {
  description: 'Which request the agent could not do, and why.',
  fields: (t) => inputFields(t, FAIL_REQUEST),
});

builder.mutationFields((t) => ({
  submitRequest: t.field({
    type: SubmitRequestSuccess,
    description: "With a sender's or an agent's key: pipeline, then dispatch. [requests:submit]",
    authScopes: { keyHolder: true, scope: 'requests:submit' },
    errors: {
      types: [...SUBMIT_REQUEST_ERRORS],
      union: { name: 'SubmitRequestResult', description: 'What submitRequest answers.' },
    },
    args: { input: t.arg({ type: SubmitRequestInput, required: true, description: 'The request.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ request: await app.requests.submit(principal, input) }),
  }),
  cancelRequest: t.field({
    type: CancelRequestSuccess,
    description: "By the request's sender or an admin; the agent gets a RequestCancel. [requests:submit]",
    authScopes: { authenticated: true, scope: 'requests:submit' },
    errors: {
      types: [...CANCEL_REQUEST_ERRORS],
      union: { name: 'CancelRequestResult', description: 'What cancelRequest answers.' },
    },
    args: { input: t.arg({ type: CancelRequestInput, required: true, description: 'Which request.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ request: await app.requests.cancel(principal, input) }),
  }),
  acknowledgeRequest: t.field({
    type: AcknowledgeRequestSuccess,
    description: 'Agent key, own requests only. Acknowledging twice is acknowledging once. [requests:answer]',
    authScopes: { agent: true, scope: 'requests:answer' },
    errors: {
      types: [...ACKNOWLEDGE_REQUEST_ERRORS],
      union: { name: 'AcknowledgeRequestResult', description: 'What acknowledgeRequest answers.' },
    },
    args: { input: t.arg({ type: AcknowledgeRequestInput, required: true, description: 'Which request.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      request: await app.requests.acknowledge(principal, input),
    }),
  }),
  reportProgress: t.field({
    type: ReportProgressSuccess,
    description:
      'Agent key, own requests that it was given and has not finished, each time with a higher value; acknowledges the request. Shown live at most twice a second, and kept for who polls every five seconds. [requests:answer]',
    authScopes: { agent: true, scope: 'requests:answer' },
    errors: {
      types: [...REPORT_PROGRESS_ERRORS],
      union: { name: 'ReportProgressResult', description: 'What reportProgress answers.' },
    },
    args: { input: t.arg({ type: ReportProgressInput, required: true, description: 'The progress.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      progress: await app.requests.reportProgress(principal, input),
    }),
  }),
  completeRequest: t.field({
    type: CompleteRequestSuccess,
    description:
      'Agent key, own requests only. The first outcome wins. A result that does not match the contract ends the request as failed. [requests:answer]',
    authScopes: { agent: true, scope: 'requests:answer' },
    errors: {
      types: [...COMPLETE_REQUEST_ERRORS],
      union: { name: 'CompleteRequestResult', description: 'What completeRequest answers.' },
    },
    args: { input: t.arg({ type: CompleteRequestInput, required: true, description: 'The outcome.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      request: await app.requests.complete(principal, input),
    }),
  }),
  failRequest: t.field({
    type: FailRequestSuccess,
    description: 'Agent key, own requests only. The first outcome wins. [requests:answer]',
    authScopes: { agent: true, scope: 'requests:answer' },
    errors: {
      types: [...FAIL_REQUEST_ERRORS],
      union: { name: 'FailRequestResult', description: 'What failRequest answers.' },
    },
    args: { input: t.arg({ type: FailRequestInput, required: true, description: 'The outcome.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ request: await app.requests.fail(principal, input) }),
  }),
}));

builder.subscriptionField('requestUpdates', (t) =>
  t.field({
    type: RequestType,
    description:
      'The request now, then again at each change and each progress, until it is final. [party] [requests:read]',
    authScopes: { authenticated: true, scope: 'requests:read' },
    args: { requestId: t.arg.id({ required: true, description: "The request's id." }) },
    subscribe: async (_root, { requestId }, context) => {
      const updates = await context.app.requests.watch(context.principal, requestId);
      if (updates === null) throw new RequestNotFoundError();
      return whileCallerStays(context, updates);
    },
    resolve: (request) => request,
  }),
);
