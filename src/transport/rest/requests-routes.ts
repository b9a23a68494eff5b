import { CANCEL_REQUEST_ERRORS } from '../../application/requests/cancel-request.ts';
import { SUBMIT_REQUEST_ERRORS } from '../../application/requests/submit-request.ts';
import type { KeyPrincipal } from '../../domain/principal.ts';
import { isFinal, type Request } from '../../domain/request.ts';
import { asPreferred, requestBody } from './request-bodies.ts';
import { ALWAYS, json, OF_A_BODY, PREFERENCE_APPLIED, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { submittedRequestAnswer } from './schemas/answers.ts';
import {
  CancelRequestBody,
  HandleParams,
  RequestIdParams,
  SubmitRequestBody,
  SubmitRequestHeaders,
} from './schemas/inputs.ts';
import { CANCELLED, COMPLETED, SUBMITTED } from './schemas/samples.ts';

const IDEMPOTENCY_REPLAYED = {
  'Idempotency-Replayed': {
    type: 'string',
    description: '`true` where it is the first request under the same `Idempotency-Key`, and not a new one.',
  },
};

/** `/v1/requests` and where they come from: submitting and cancelling. */
export function addRequestsRoutes(scope: RestScope, { app }: RestDependencies, { submittersKey }: KeyChecks): void {
  scope.post(
    '/v1/agents/:handle/requests',
    {
      onRequest: submittersKey('requests:submit'),
      schema: {
        operationId: 'submitRequest',
        tags: ['Requests'],
        summary: 'Submit a request to an agent',
        description: [
          "With a sender's or an agent's key. The pipeline decides first, then the request is delivered to the agent's channel.",
          'With `Prefer: wait=<seconds>` the answer comes when the request is final (200), or when the wait is over (202).',
        ].join(' '),
        security: WITH_KEY,
        params: HandleParams,
        headers: SubmitRequestHeaders,
        body: SubmitRequestBody.schema,
        response: {
          200: json('It is final already.', 'Request', COMPLETED, {
            ...PREFERENCE_APPLIED,
            ...IDEMPOTENCY_REPLAYED,
          }),
          202: json('It was taken.', 'SubmittedRequest', SUBMITTED, {
            Location: { type: 'string', description: 'Where to poll for the outcome.' },
            ...PREFERENCE_APPLIED,
            ...IDEMPOTENCY_REPLAYED,
          }),
          ...problems(
            ...OF_A_BODY,
            'unauthenticated',
            'forbidden',
            ...SUBMIT_REQUEST_ERRORS,
            'storage-full',
            ...ALWAYS,
          ),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const { params, body, headers } = request;
      const submitted = await app.requests.submit(principal, {
        handle: params.handle,
        idempotencyKey: headers['idempotency-key'],
        ...SubmitRequestBody.read(body),
      });
      if (submitted.isReplay) reply.header('idempotency-replayed', 'true');
      const { status, body: answer } = await answerTo(
        app,
        principal,
        await asPreferred(app, principal, submitted, { prefer: headers.prefer, reply }),
      );
      if (status === 202) reply.header('location', `/v1/requests/${submitted.id}`);
      return reply.code(status).send(answer);
    },
  );

  scope.post(
    '/v1/requests/:id/cancel',
    {
      onRequest: submittersKey('requests:submit'),
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'cancelRequest',
        tags: ['Requests'],
        summary: 'Cancel a request',
        description: 'By its sender. The agent that has it is told to stop. The body may be left out.',
        security: WITH_KEY,
        params: RequestIdParams,
        body: CancelRequestBody.schema,
        response: {
          200: json('It is cancelled.', 'Request', CANCELLED),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...CANCEL_REQUEST_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const input = { requestId: request.params.id, ...CancelRequestBody.read(request.body ?? {}) };
      const principal = keyHolder(request);
      return requestBody(app, principal, await app.requests.cancel(principal, input));
    },
  );
}

/** Final ones are answered whole; the others are accepted (RFC 9110, section 15.3.3). */
const answerTo = async (app: RestDependencies['app'], principal: KeyPrincipal, request: Request) =>
  isFinal(request.status)
    ? { status: 200 as const, body: await requestBody(app, principal, request) }
    : { status: 202 as const, body: submittedRequestAnswer.of({ ...request, actionType: request.action }) };
