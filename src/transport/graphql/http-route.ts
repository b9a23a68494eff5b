import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type DocumentNode, type ExecutionResult, GraphQLError, getOperationAST } from 'graphql';
import type { Application } from '../../application/application.ts';
import type { Authenticate } from '../authenticate.ts';
import type { GraphQLContext } from './context.ts';
import { createLoaders } from './loaders.ts';
import type { YogaServer } from './yoga.ts';

type Dependencies = {
  readonly app: Application;
  readonly authenticate: Authenticate;
  readonly yoga: YogaServer;
};

type GraphQLParams = {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
};

const GRAPHQL_RESPONSE = 'application/graphql-response+json';

/**
 * `/graphql` over HTTP. Plain JSON POSTs of queries and mutations run straight on the envelop engine, with the body
 * that Fastify parsed and bounded, and are answered as GraphQL over HTTP says
 * (https://graphql.github.io/graphql-over-http/draft/). GraphiQL, GET and server-sent events are left to Yoga's own
 * handler; the engine and its plugins are the same.
 */
export function addGraphqlRoute(server: FastifyInstance, { app, authenticate, yoga }: Dependencies): void {
  async function contextOf(request: FastifyRequest): Promise<GraphQLContext> {
    const principal = await authenticate.byHeaders(request.headers);
    return { app, principal, address: request.ip, loaders: createLoaders(app), socket: null };
  }

  async function leaveToYoga(request: FastifyRequest, reply: FastifyReply, context: GraphQLContext): Promise<void> {
    // Fastify has read the body; Yoga takes it from there.
    const message = Object.assign(request.raw, { body: request.body });
    const response = await yoga.handleNodeRequestAndResponse(message, reply.raw, context);
    reply.status(response.status);
    response.headers.forEach((value, name) => void reply.header(name, value));
    await reply.send(response.body);
  }

  server.route({
    url: '/graphql',
    method: ['GET', 'POST', 'OPTIONS'],
    handler: async (request, reply) => {
      const context = await contextOf(request);
      const params = request.method === 'POST' ? paramsOf(request.body) : null;
      const accept = request.headers.accept ?? '';
      if (params === null || accept.includes('text/event-stream')) return leaveToYoga(request, reply, context);
      const { status, result } = await run(yoga, params, context);
      const speaksGraphqlResponse = accept.includes(GRAPHQL_RESPONSE);
      reply.status(speaksGraphqlResponse ? status : 200);
      reply.header('content-type', `${speaksGraphqlResponse ? GRAPHQL_RESPONSE : 'application/json'}; charset=utf-8`);
      return reply.send(JSON.stringify(result));
    },
  });
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

async function run(
  yoga: YogaServer,
  { query, operationName, variables }: GraphQLParams,
  context: GraphQLContext,
): Promise<{ status: number; result: ExecutionResult }> {
  const { parse, validate, contextFactory, execute, schema } = yoga.getEnveloped({ ...context } as never);
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    return refused(error instanceof GraphQLError ? error : new GraphQLError('The document could not be parsed.'));
  }
  const problems: readonly GraphQLError[] = validate(schema, document);
  if (problems.length > 0) return { status: 400, result: { errors: problems } };
  const operation = getOperationAST(document, operationName);
  if (!operation) return refused(new GraphQLError('Name the operation to run: the document holds none or several.'));
  if (operation.operation === 'subscription') {
    return refused(
      new GraphQLError('Subscriptions need a WebSocket (graphql-transport-ws), or "accept: text/event-stream".'),
    );
  }
  const contextValue = await contextFactory();
  const result = await execute({ schema, document, operationName, variableValues: variables, contextValue });
  return { status: 'data' in result ? 200 : 400, result: result as ExecutionResult };
}

const refused = (error: GraphQLError) => ({ status: 400, result: { errors: [error] } });
