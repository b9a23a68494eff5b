import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Log } from '../application/ports/log.ts';
import { endCall } from './admission.ts';
import { callFields } from './call-fields.ts';

/** Probes, which come every few seconds, and files of pages: at `debug`, so that the rest can be read. */
const QUIET = /^\/health(\/|$)|\*$/;

/** Whether nobody wants to hear of each request to it. */
export const isQuiet = (route: string | null): boolean => route !== null && QUIET.test(route);

/**
 * One line a request, when its answer is out or its caller is gone. It names the route and not the path, which may hold
 * a key, and nothing of query, headers or body.
 */
export function logRequests(server: FastifyInstance, log: Log): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.raw.on('close', () => {
      endCall(request.call, reply.raw.headersSent);
      logAnswered(request, reply, log);
    });
    done();
  });
}

/** Also for what no hook hears of. */
export function logAnswered(request: FastifyRequest, reply: FastifyReply, log: Log): void {
  const { method, call } = request;
  const route = request.routeOptions.url ?? null;
  const level = isQuiet(route) ? 'debug' : 'info';
  if (!log.isLevelEnabled(level)) return;
  const { headersSent, writableFinished } = reply.raw;
  const fields = {
    method,
    route,
    status: headersSent ? reply.raw.statusCode : null,
    ms: Math.round(reply.elapsedTime),
    ...(!writableFinished && { isAborted: true }),
    ...callFields(call),
  };
  log[level](fields, 'answered');
}
