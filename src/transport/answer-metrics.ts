import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Metrics } from '../application/ports/metrics.ts';

/** A method is whatever its sender writes that Node can read: those that nobody serves are one. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = 'other';
/** What no route takes is one route, whatever its path. */
const NO_ROUTE = 'none';

/** Milliseconds of an answer that were spent on what its caller asked to wait for. */
const leftOut = new WeakMap<FastifyReply, number>();

/** So many milliseconds are not the platform's: the caller asked to wait for them. */
export function leaveOut(reply: FastifyReply, ms: number): void {
  leftOut.set(reply, (leftOut.get(reply) ?? 0) + ms);
}

/**
 * Counts every answer with how long it took, by the template of its route. Streams of events are left out: how long they
 * last is their readers' choice. Call it before routes are added.
 */
export function countAnswers(server: FastifyInstance, { http }: Metrics): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request;
    if (!isStream(reply)) {
      const route = request.routeOptions.url ?? NO_ROUTE;
      const ms = reply.elapsedTime - (leftOut.get(reply) ?? 0);
      http
        .of(METHODS.has(method) ? method : OTHER_METHOD, route, String(reply.statusCode))
        .observe(Math.max(0, ms) / 1_000);
    }
    done();
  });
}

const isStream = (reply: FastifyReply): boolean =>
  String(reply.getHeader('content-type') ?? '').startsWith('text/event-stream');
