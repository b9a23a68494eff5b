import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Admission } from '../../application/admission/admission.ts';
import type { Account } from '../../application/ports/account.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { OverloadedError, RateLimitedError } from '../../domain/errors.ts';
import type { JsonPart } from '../../domain/json/json-part.ts';
import { stringifyJson } from '../../domain/json/json-text.ts';
import { GRAPHQL_ROUTE } from '../admission.ts';
import type { Authenticate } from '../authenticate.ts';
import { retryAfter } from '../failures.ts';
import type { OpenStreams } from '../open-streams.ts';
import { isClosed, untilClosed } from '../until-closed.ts';
import { admitDocument, admitOperation } from './admission.ts';
import { createContext, type GraphQLContext, type GraphQLUseCases } from './context.ts';
import type { GraphqlEngine } from './engine.ts';
import { addGraphiqlPage } from './graphiql-page.ts';
import { noteOperation } from './operation-name.ts';
import { sentVariables } from './sent-variables.ts';
import { refusal } from './variables.ts';

type Dependencies = {
  readonly app: GraphQLUseCases;
  readonly authenticate: Authenticate;
  readonly engine: GraphqlEngine;
  readonly admission: Admission;
  readonly clock: Clock;
  /** The folder of GraphiQL's page, for browsers that ask for one; null where none is served. */
  readonly graphiql: string | null;
  /** A mutation may report a result. */
  readonly bodyMaxBytes: number;
  /** Server-sent events, of every door. */
  readonly streams: OpenStreams;
};

type GraphQLParams = {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
};

const GRAPHQL_RESPONSE = 'application/graphql-response+json';

/** How long a stream whose key has ended may take to say so before it is cut, in milliseconds. */
const CLOSE_TIMEOUT_MS = 1_000;
const RETRY_AFTER_SECONDS = 5;

/**
 * `/graphql` over HTTP. Plain JSON POSTs of queries and mutations run straight on the engine, with the body
 * that Fastify parsed and bounded, and are answered as GraphQL over HTTP says
 * (https://graphql.github.io/graphql-over-http/draft/). A browser that asks for a page gets GraphiQL. GET and
 * server-sent events are left to Yoga's own handler; the engine and its plugins are the same.
 */
export function addGraphqlRoute(server: FastifyInstance, deps: Dependencies): void {
  const { app, authenticate, engine, clock, streams } = deps;
  const sendGraphiql = addGraphiqlPage(server, deps.graphiql);

  async function contextOf(
    request: FastifyRequest,
    reply: FastifyReply,
    variables: JsonPart | null,
  ): Promise<GraphQLContext> {
    const principal = await authenticate.byHeaders(request.headers);
    const address = request.callersAddress;
    const { authorization } = request.headers;
    return createContext({ app, principal, authorization, address, variables, connection: reply.raw, socket: null });
  }

  async function leaveToYoga(request: FastifyRequest, reply: FastifyReply, context: GraphQLContext): Promise<void> {
    // Nobody waits for it any more, and Yoga would never hear so.
    if (isClosed(reply.raw)) {
      request.call.account.leave();
      return void reply.hijack();
    }
    if (!streams.acquire(request.callersAddress, reply.raw)) return refuseStream(reply);
    // Whatever it is that Yoga answers, it does not outlive the credential that it is answered to.
    const stop = app.keys.whenKeyEnds(context.principal, () =>
      clock.after(CLOSE_TIMEOUT_MS, () => reply.raw.destroy()),
    );
    untilClosed(reply.raw, stop);
    // Fastify has read the body; Yoga takes it from there.
    const message = Object.assign(request.raw, { body: request.body });
    const response = await engine.yoga.handleNodeRequestAndResponse(message, reply.raw, context);
    reply.status(response.status);
    response.headers.forEach((value, name) => void reply.header(name, value));
    await reply.send(response.body);
  }

  server.route({
    url: GRAPHQL_ROUTE,
    method: ['GET', 'POST', 'OPTIONS'],
    bodyLimit: deps.bodyMaxBytes,
    errorHandler: (error, request, reply) => {
      // Clients of GraphQL read errors where GraphQL has them.
      if (isRefusal(error)) return sendRefusal(reply, error, engine);
      return server.errorHandler(error, request, reply);
    },
    handler: async (request, reply) => {
      const accept = request.headers.accept ?? '';
      if (request.method === 'GET' && accept.includes('text/html')) return sendGraphiql(reply);
      // Answers are somebody's own, and may hold a key.
      reply.header('cache-control', 'no-store');
      const { variables, problem } = sentVariables(request);
      const context = await contextOf(request, reply, variables);
      const params = request.method === 'POST' ? paramsOf(request.body) : null;
      if (params === null || accept.includes('text/event-stream')) return leaveToYoga(request, reply, context);
      const { account } = request.call;
      const { status, result } = problem ? refused(refusal(problem)) : await run(deps, account, params, context);
      const speaksGraphqlResponse = accept.includes(GRAPHQL_RESPONSE);
      reply.status(speaksGraphqlResponse ? status : 200);
      reply.header('content-type', `${speaksGraphqlResponse ? GRAPHQL_RESPONSE : 'application/json'}; charset=utf-8`);
      return reply.send(stringifyJson(result));
    },
  });
}

function refuseStream(reply: FastifyReply): FastifyReply {
  const message = 'Too many streams are open. Close one first, or follow over a WebSocket.';
  const error = new GraphQLError(message, { extensions: { code: 'TOO_MANY_STREAMS' } });
  reply.status(503).headers(retryAfter(RETRY_AFTER_SECONDS)).type('application/json; charset=utf-8');
  return reply.send(JSON.stringify({ errors: [error] }));
}

/** The parameters of a well-formed GraphQL POST; null for anything else, which Yoga answers with what is wrong. */
function paramsOf(body: unknown): GraphQLParams | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return null;
  const { query, operationName, variables, ...rest } = body as Record<string, unknown>;
  if (typeof query !== 'string' || Object.keys(rest).some((name) => name !== 'extensions')) return null;
  if (operationName != null && typeof operationName !== 'string') return null;
  if (variables != null && (typeof variables !== 'object' || Array.isArray(variables))) return null;
  return {
    query,
    ...(typeof operationName === 'string' && { operationName }),
    ...(variables != null && { variables: variables as Record<string, unknown> }),
  };
}

/** What is refused before it is an operation. */
const isRefusal = (error: unknown): error is RateLimitedError | OverloadedError =>
  error instanceof RateLimitedError || error instanceof OverloadedError;

function sendRefusal(
  reply: FastifyReply,
  error: RateLimitedError | OverloadedError,
  engine: GraphqlEngine,
): FastifyReply {
  reply.status(error.row.status).headers(retryAfter(error.retryAfterSeconds)).header('cache-control', 'no-store');
  return reply
    .type('application/json; charset=utf-8')
    .serializer(JSON.stringify)
    .send({ errors: [engine.told(error)] });
}

async function run(
  { engine, admission }: Pick<Dependencies, 'engine' | 'admission'>,
  account: Account,
  { query, operationName, variables }: GraphQLParams,
  contextValue: GraphQLContext,
): Promise<{ status: number; result: ExecutionResult }> {
  admitDocument(admission, account, engine.isKnown(query));
  const { document, problems } = engine.check(query);
  if (document === null) return { status: 400, result: { errors: problems } };
  const operation = getOperationAST(document, operationName);
  if (!operation) return refused(new GraphQLError('Name the operation to run: the document holds none or several.'));
  noteOperation(operation);
  admitOperation(admission, account, operation);
  if (operation.operation === 'subscription') {
    return refused(
      new GraphQLError('Subscriptions need a WebSocket (graphql-transport-ws), or "accept: text/event-stream".'),
    );
  }
  const { schema } = engine;
  const result = await engine.execute({ schema, document, operationName, variableValues: variables, contextValue });
  return { status: 'data' in result ? 200 : 400, result: result as ExecutionResult };
}

const refused = (error: GraphQLError): { status: number; result: ExecutionResult } => ({
  status: 400,
  result: { errors: [error] },
});
