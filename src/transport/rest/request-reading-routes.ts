import type { FastifyReply } from 'fastify';
import type { EventQueue } from '../../application/event-queue.ts';
import { RequestNotFoundError } from '../../domain/errors.ts';
import { stringifyJson } from '../../domain/json/json-text.ts';
import { changeKeyOf, changeKeyText, isFinal, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { retryAfter } from '../failures.ts';
import { untilClosed } from '../until-closed.ts';
import { pageOf } from './page.ts';
import { PROBLEMS } from './problem-catalogue.ts';
import { ProblemError } from './problem-details.ts';
import { asPreferred, requestBody, requestSummaryBody } from './request-bodies.ts';
import { eventsOf, revisionOf } from './request-events.ts';
import { ALWAYS, eventStream, json, noContent, PREFERENCE_APPLIED, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { FollowRequestHeaders, GetRequestHeaders, RequestIdParams } from './schemas/inputs.ts';
import { ListRequestsQuery, requestFilterOf } from './schemas/list-query.ts';
import { COMPLETED, EVENT, REQUEST_PAGE } from './schemas/samples.ts';

const RETRY_AFTER_SECONDS = 5;

/** What cursors of the lists stand for. */
const BY_ID = [({ id }: { readonly id: string }) => id, isUuid] as const;
const BY_CHANGE = [changeKeyText, (text: string) => changeKeyOf(text) !== null] as const;

/** `/v1/requests`: what the caller sent or was sent, one of it, and what becomes of one. */
export function addRequestReadingRoutes(scope: RestScope, deps: RestDependencies, { key }: KeyChecks): void {
  const { app, clock, streams, about } = deps;

  scope.get(
    '/v1/requests',
    {
      onRequest: key('requests:read'),
      schema: {
        operationId: 'listRequests',
        tags: ['Requests'],
        summary: "List the caller's own requests",
        description:
          'What a sender sent, or what an agent was sent, newest first, without params and results. A page may hold fewer than `limit`, or none, and still have a next one: go on until `next_cursor` is null.',
        security: WITH_KEY,
        querystring: ListRequestsQuery,
        response: {
          200: json('A page of them.', 'RequestPage', REQUEST_PAGE),
          ...problems('unauthenticated', 'forbidden', 'invalid-input', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { rows, nextCursor } = await pageOf(
        request.query,
        (page) => app.requests.listSummaries(keyHolder(request), requestFilterOf(request.query), page),
        ...(request.query.order_by === 'updated' ? BY_CHANGE : BY_ID),
      );
      return { items: rows.map(requestSummaryBody), next_cursor: nextCursor };
    },
  );

  scope.get(
    '/v1/requests/:id',
    {
      onRequest: key('requests:read'),
      schema: {
        operationId: 'getRequest',
        tags: ['Requests'],
        summary: 'Read a request and its outcome',
        description:
          'By its sender or the agent that it was sent to. To anybody else it does not exist. With `Prefer: wait=<seconds>` the answer comes when it is final, or when the wait is over.',
        security: WITH_KEY,
        params: RequestIdParams,
        headers: GetRequestHeaders,
        response: {
          200: json('The request.', 'Request', COMPLETED, PREFERENCE_APPLIED),
          ...problems('unauthenticated', 'forbidden', 'request-not-found', ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const found = await app.requests.find(principal, request.params.id);
      if (!found) throw new RequestNotFoundError();
      return requestBody(
        app,
        principal,
        await asPreferred(app, principal, found, { prefer: request.headers.prefer, reply }),
      );
    },
  );

  scope.get(
    '/v1/requests/:id/events',
    {
      onRequest: key('requests:read'),
      // A HEAD would hold a stream that nobody reads.
      exposeHeadRoute: false,
      schema: {
        operationId: 'followRequest',
        tags: ['Requests'],
        summary: 'Follow a request',
        description: [
          'Server-sent events: the request now, then again at each change and each progress, until it is final; the stream ends then.',
          'Each event is named `request`, has the revision as its id, and holds what getRequest answers.',
          'With `Last-Event-ID` only what is newer is sent, and 204 answers a client that has seen the final state.',
          'The stream ends with the key.',
        ].join(' '),
        security: WITH_KEY,
        params: RequestIdParams,
        headers: FollowRequestHeaders,
        response: {
          200: eventStream('The events.', EVENT),
          204: noContent('It is final, and the client has seen so: an EventSource does not connect again.'),
          ...problems('unauthenticated', 'forbidden', 'request-not-found', 'too-many-streams', ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      let end = () => {};
      if (!streams.acquire(request.callersAddress, reply.raw, () => end())) throw tooManyStreams();
      const updates = await app.requests.watch(principal, request.params.id);
      if (updates === null) throw new RequestNotFoundError();
      const seenRevision = revisionOf(request.headers['last-event-id']);
      const first = await peek(updates);
      if (first !== null && isFinal(first.status) && first.revision <= seenRevision) return reply.code(204).send();
      const events = eventsOf(first, updates, {
        seenRevision,
        clock,
        heartbeatMs: about.heartbeatIntervalSeconds * 1_000,
        textOf: async (each) => stringifyJson(await requestBody(app, principal, each)),
      });
      end = events.end;
      const stopWatchingKey = app.keys.whenKeyEnds(principal, events.end);
      untilClosed(reply.raw, () => {
        stopWatchingKey();
        events.stream.destroy();
      });
      return sendStream(reply, events.stream);
    },
  );
}

/** The request as it is now; null where the node stopped meanwhile. */
async function peek(updates: EventQueue<Request>): Promise<Request | null> {
  const { value, done } = await updates.next();
  return done === true ? null : value;
}

/** The connection ends with the stream, so that a node that stops need not wait for it. */
const sendStream = (reply: FastifyReply, stream: NodeJS.ReadableStream): FastifyReply =>
  reply
    .headers({ connection: 'close', 'x-accel-buffering': 'no' })
    .type('text/event-stream; charset=utf-8')
    .send(stream);

function tooManyStreams(): ProblemError {
  const { detail } = PROBLEMS['too-many-streams'];
  return new ProblemError({ kind: 'too-many-streams', detail, headers: retryAfter(RETRY_AFTER_SECONDS) });
}
