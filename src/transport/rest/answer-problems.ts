import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { inCall } from '../../application/ports/call.ts';
import type { Log } from '../../application/ports/log.ts';
import { UnavailableError } from '../../domain/errors.ts';
import { AllowedMethods, isWildcard } from './allowed-methods.ts';
import { PROBLEM_MEDIA_TYPE, PROBLEMS } from './problem-catalogue.ts';
import { createProblemOf, type Problem, problemBody } from './problem-details.ts';

/** Where the host names none. */
const BODY_LIMIT_OF_FASTIFY = 1_048_576;

/**
 * Makes problem documents (RFC 9457) of every failure on the host: what a route throws, what Fastify refuses, unknown
 * paths, methods that a path does not have. Call it before routes are added, so that it sees them all.
 */
export function answerProblems(server: FastifyInstance, log: Log): void {
  const problemOf = createProblemOf(log);
  const methods = new AllowedMethods();
  let isClosing = false;

  server.addHook('onRoute', ({ url, method }) => methods.record(url, method));
  server.addHook('preClose', async () => {
    isClosing = true;
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (isClosing) return done(new UnavailableError('This node is shutting down; ask again.', 1));
    const refusal = refusalOf(request);
    if (refusal === null) done();
    else sendProblem(reply, refusal);
  });
  server.setErrorHandler((error, request, reply) => {
    const bodyLimitBytes = request.routeOptions.bodyLimit ?? server.initialConfig.bodyLimit ?? BODY_LIMIT_OF_FASTIFY;
    // Of a body that cannot be read we hear outside of its request.
    return sendProblem(
      reply,
      inCall(request.call, () => problemOf(error, bodyLimitBytes)),
    );
  });
  server.setNotFoundHandler((request, reply) => sendProblem(reply, nothingThere(request, methods)));

  /** What is refused whatever the route. */
  function refusalOf({ method, url, headers, routeOptions }: FastifyRequest): Problem | null {
    if (routeOptions.url !== undefined && isWildcard(routeOptions.url)) {
      const allowed = methods.ofOwnRoutes(url, method);
      if (allowed.length > 0) return methodNotAllowed(method, allowed);
    }
    const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
    return coding === '' || coding === 'identity' ? null : ENCODED_BODY;
  }
}

/** RFC 9110, section 15.5.16. */
const ENCODED_BODY: Problem = {
  kind: 'unsupported-media-type',
  detail: 'Bodies are taken as they are: send it without Content-Encoding.',
  headers: { 'accept-encoding': 'identity' },
};

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(PROBLEMS[problem.kind].status)
    .headers({ 'cache-control': 'no-store', ...problem.headers })
    .type(PROBLEM_MEDIA_TYPE)
    .serializer(JSON.stringify)
    .send(problemBody(problem));
}

function nothingThere(request: FastifyRequest, methods: AllowedMethods): Problem {
  const allowed = methods.of(request.url);
  if (allowed.length === 0) {
    return { kind: 'route-not-found', detail: PROBLEMS['route-not-found'].detail };
  }
  return methodNotAllowed(request.method, allowed);
}

/** RFC 9110, section 15.5.6. */
const methodNotAllowed = (method: string, allowed: readonly string[]): Problem => ({
  kind: 'method-not-allowed',
  detail: `This path does not take ${method}.`,
  headers: { allow: allowed.join(', ') },
});
