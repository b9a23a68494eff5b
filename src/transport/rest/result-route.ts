import type { Static } from '@fastify/type-provider-typebox';
import { COMPLETE_REQUEST_ERRORS } from '../../application/requests/answer-request.ts';
import { InvalidInputError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import { requestBody } from './request-bodies.ts';
import { ALWAYS, json, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { RequestIdParams } from './schemas/inputs.ts';
import { ReportedResult, ReportResultBody } from './schemas/report-result.ts';
import { COMPLETED } from './schemas/samples.ts';

/** `POST /v1/requests/{id}/result`: an agent's outcome by HTTP, for results that fit no WebSocket message. */
export function addResultRoute(scope: RestScope, { app, about }: RestDependencies, { agentKey }: KeyChecks): void {
  scope.post(
    '/v1/requests/:id/result',
    {
      onRequest: agentKey('requests:answer'),
      bodyLimit: about.resultBodyMaxBytes,
      schema: {
        operationId: 'reportResult',
        tags: ['Requests'],
        summary: 'Report how a request ended',
        description:
          'By the agent that it was delivered to, with its key: the same as `action.result` on its channel, and for results that fit no message. The first outcome counts. What is refused leaves the request open, but for a result that does not match the contract (`invalid-result`), which ends it as failed.',
        security: WITH_KEY,
        params: RequestIdParams,
        body: ReportResultBody,
        response: {
          200: json('The outcome is recorded.', 'Request', COMPLETED),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...COMPLETE_REQUEST_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const principal = keyHolder(request);
      return requestBody(app, principal, await report(request.params.id, request.body, principal));
    },
  );

  function report(requestId: string, body: Static<typeof ReportResultBody>, principal: ReturnType<typeof keyHolder>) {
    const { status, error } = body;
    if (status === 'completed') {
      return app.requests.complete(principal, { requestId, ...ReportedResult.read(body as JsonObject) });
    }
    if (error == null) throw new InvalidInputError([{ path: 'input.error', message: 'is required' }]);
    const { code = null, message } = typeof error === 'string' ? { message: error } : error;
    return app.requests.fail(principal, { requestId, code, message }).catch((refusal: unknown) => {
      throw refusal instanceof InvalidInputError ? inBody(refusal, typeof error === 'string') : refusal;
    });
  }
}

/** The use case's fields, where the body has them. */
const inBody = ({ issues }: InvalidInputError, isText: boolean) =>
  new InvalidInputError(
    issues.map(({ path, message }) => ({
      path: isText ? 'input.error' : path.replace(/^input\./, 'input.error.'),
      message,
    })),
  );
