import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { requireScope, requireSubmitter } from '../../application/access.ts';
import { AgentNotFoundError } from '../../domain/errors.ts';
import type { SubmittingPrincipal } from '../../domain/principal.ts';
import { tooLargeText } from '../answer-size.ts';
import { bearerKey } from '../authenticate.ts';
import { takeJson } from '../json-body.ts';
import { refusedHeader } from '../unauthenticated.ts';
import { closedSignal } from '../until-closed.ts';
import { addOauthRefusals, SCOPE } from './challenge.ts';
import type { McpDependencies } from './exchange.ts';
import { idOf, problemOfMessage } from './json-rpc.ts';
import { answerExchange } from './mcp-handler.ts';
import { createOriginCheck } from './origins.ts';
import { createSendRefusal, RefusedExchange } from './refusals.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose key a request over MCP carries. */
    submitter: SubmittingPrincipal | null;
  }
}

/**
 * `POST /mcp/{handle}`: an agent's contract as the tools of a server of the Model Context Protocol. Only keys count, never a
 * cookie.
 */
export async function addMcpRoutes(server: FastifyInstance, deps: McpDependencies): Promise<void> {
  const { app, authenticate, log, settings } = deps;
  const problemOfOrigin = createOriginCheck(settings);
  await server.register(async (scope) => {
    scope.decorateRequest<SubmittingPrincipal | null>('submitter', null);
    scope.removeAllContentTypeParsers();
    takeJson(scope);
    scope.setErrorHandler(createSendRefusal(log));
    addOauthRefusals(scope);
    scope.post<{ Params: { handle: string } }>('/mcp/:handle', { onRequest: authorize }, answer);
  });

  /** Before anything of the body is read. */
  async function authorize(request: FastifyRequest): Promise<void> {
    const problem = problemOfOrigin(request);
    if (problem !== null) throw new RefusedExchange('foreign_origin', problem);
    const { authorization } = request.headers;
    const principal = await authenticate.byKey(bearerKey(authorization));
    if (principal === null) throw refusedHeader(authorization);
    request.submitter = requireScope(requireSubmitter(principal), SCOPE);
  }

  async function answer(request: FastifyRequest<{ Params: { handle: string } }>, reply: FastifyReply) {
    const { handle } = request.params;
    const problem = problemOfMessage(request.body);
    if (problem !== null) throw problem;
    request.call.operation = knownMethodOf(request.body);
    const offer = await app.agents.offerOf(handle);
    if (offer === null || request.submitter === null) throw new AgentNotFoundError(handle);
    // Answers are somebody's own.
    reply.header('cache-control', 'no-store');
    const gone = closedBeforeAnswered(reply);
    const answer = await answerExchange({ principal: request.submitter, ...offer, request, reply, gone }, deps);
    return answer.body === null || isStream(answer) ? answer : sendWhole(answer, request, reply);
  }

  /** As bytes, which can be counted: the answer is bounded, and charged for. */
  async function sendWhole(answer: Response, { body }: FastifyRequest, reply: FastifyReply) {
    const bytes = Buffer.from(await answer.arrayBuffer());
    const { answerMaxBytes } = settings;
    if (bytes.byteLength > answerMaxBytes) {
      throw new RefusedExchange('answer_too_large', tooLargeText(answerMaxBytes, LESS_OF_IT), idOf(body));
    }
    return reply.code(answer.status).headers(Object.fromEntries(answer.headers)).send(bytes);
  }
}

const LESS_OF_IT = 'Whoever runs the agent can have it offer less, and whoever runs the platform can allow more.';

const isStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') ?? false;

/** What the log says of an exchange. A method is whatever its sender writes: those that nobody serves are left out. */
function knownMethodOf(body: unknown): string | undefined {
  const { method } = body as { readonly method?: string };
  return method !== undefined && METHODS.has(method) ? method : undefined;
}

const METHODS: ReadonlySet<string> = new Set([
  'initialize',
  'server/discover',
  'subscriptions/listen',
  'tasks/cancel',
  'tasks/get',
  'tasks/update',
  'tools/call',
  'tools/list',
]);

/** Node closes each answer, also one that is out. */
function closedBeforeAnswered({ raw }: FastifyReply): AbortSignal {
  return closedSignal(raw, () => !raw.writableFinished);
}
