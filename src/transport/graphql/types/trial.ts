import { Type } from 'typebox';
import { DRY_RUN, DRY_RUN_ERRORS } from '../../../application/admin/try-requests.ts';
import { SUBMIT_REQUEST, SUBMIT_REQUEST_ERRORS } from '../../../application/requests/submit-request.ts';
import type { Request } from '../../../domain/request.ts';
import type { Decision } from '../../../domain/verdict.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields } from '../fields.ts';
import { DryRunOutcomeEnum, WhenOfflineEnum } from './enums.ts';
import { RequestType } from './refs.ts';
import { StageResultType } from './request-type.ts';

const DryRunSuccess = builder.objectRef<Decision>('DryRunSuccess').implement({
  description: 'What the pipeline would say.',
  fields: (t) => ({
    outcome: t.field({
      type: DryRunOutcomeEnum,
      description: 'What would become of the request.',
      resolve: ({ outcome }) => outcome,
    }),
    stages: t.field({
      type: [StageResultType],
      description: 'What each stage said, in order.',
      extensions: FEW,
      resolve: ({ log }) => [...log],
    }),
  }),
});

const DryRunInput = builder.inputType('DryRunInput', {
  description: 'A request to evaluate.',
  fields: (t) => inputFields(t, DRY_RUN),
});

builder.queryField('dryRun', (t) =>
  t.field({
    type: DryRunSuccess,
    description: 'What the pipeline would say to a request. Nothing is stored and nothing is sent. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...DRY_RUN_ERRORS],
      union: { name: 'DryRunResult', description: 'What dryRun answers.' },
    },
    args: { input: t.arg({ type: DryRunInput, required: true, description: 'The request.' }) },
    resolve: (_root, { input }, { app, principal }) => app.admin.dryRun(principal, input),
  }),
);

const SubmitTestRequestInput = builder.inputType('SubmitTestRequestInput', {
  description: 'What to ask of which agent.',
  fields: (t) => inputFields(t, Type.Omit(SUBMIT_REQUEST, ['idempotencyKey']), { whenOffline: WhenOfflineEnum }),
});

const SubmitTestRequestSuccess = builder.objectRef<{ request: Request }>('SubmitTestRequestSuccess').implement({
  description: 'The request was accepted.',
  fields: (t) => ({
    request: t.field({
      type: RequestType,
      description: 'The request as it is now.',
      resolve: ({ request }) => request,
    }),
  }),
});

builder.mutationField('submitTestRequest', (t) =>
  t.field({
    type: SubmitTestRequestSuccess,
    description: 'Submits a request for real, as the administrators’ test sender. [admin]',
    authScopes: { admin: true },
    errors: {
      types: [...SUBMIT_REQUEST_ERRORS],
      union: { name: 'SubmitTestRequestResult', description: 'What submitTestRequest answers.' },
    },
    args: { input: t.arg({ type: SubmitTestRequestInput, required: true, description: 'The request.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      request: await app.admin.submitTest(principal, input),
    }),
  }),
);
