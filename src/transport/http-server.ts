import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { type Call, createCall, inCall } from '../application/ports/call.ts';
import type { Log } from '../application/ports/log.ts';
import { NO_TRACING, type Tracing } from '../application/ports/tracing.ts';
import { createAddressOf, type TrustedProxies, trustHopOf } from './callers-address.ts';
import { takeJson } from './json-body.ts';
import { tellLimits } from './rate-limit-fields.ts';
import { REQUEST_ID_HEADERS, requestIdHeaders, requestIdOf } from './request-id.ts';
import { logAnswered, logRequests } from './request-log.ts';
import { SECURITY_HEADERS, STRICT_TRANSPORT } from './security-headers.ts';
import { traceCall } from './trace-calls.ts';
import { answerUnreadable } from './unreadable-requests.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where the caller comes from, also when it is gone by now; `request.ip` does not know it any more then. */
    callersAddress: string;
    /** What the log says of it. */
    call: Call;
  }
}

export type HttpSettings = {
  readonly bodyLimitBytes: number;
  readonly trustProxy: TrustedProxies;
  /** The address that clients use; where it is of TLS, browsers are told to come by TLS only. */
  readonly publicUrl?: string | undefined;
  /** A request must have arrived whole, headers and body, within this. */
  readonly httpRequestTimeoutSeconds: number;
  /** Origins whose pages may call; none by default. */
  readonly corsOrigins: readonly string[];
};

/** How often connections are looked through for requests that take too long to arrive; Node would take 30 s for it. */
const REQUEST_TIMEOUT_CHECK_MS = 1_000;
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** A connection on which nothing moves for so long is cut: more than the longest wait for an outcome may take. */
const IDLE_TIMEOUT_MS = 90_000;
/** Node takes no longer head, so that whatever is named by a path is looked for, and told to be none. */
const URL_MAX_LENGTH = 16_384;
/** How long the rest of a body that was answered before it had arrived is read and dropped, in milliseconds. */
const LINGER_MS = 2_000;
/** How long a connection on which nothing was sent may still stay silent when the server closes, in milliseconds. */
const SILENT_MS = 500;
/** Turns of the event loop before the server stops listening. Each accepts a connection that waits in the backlog. */
const ACCEPTING_TURNS = 16;

/**
 * The Fastify host that every HTTP transport mounts on: bounds on what comes in, security headers, one line a request in
 * the log.
 */
export async function createHttpServer(
  settings: HttpSettings,
  log: Log,
  isStopping: () => boolean = () => false,
  tracing: Tracing = NO_TRACING,
): Promise<FastifyInstance> {
  const trustHop = trustHopOf(settings.trustProxy);
  const addressOf = createAddressOf(trustHop);
  const isPublicByTls = settings.publicUrl?.toLowerCase().startsWith('https:') ?? false;
  const isBehindProxy = settings.trustProxy !== false;
  const requestTimeoutMs = settings.httpRequestTimeoutSeconds * 1_000;
  const server = Fastify({
    logger: false,
    trustProxy: trustHop,
    bodyLimit: settings.bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: IDLE_TIMEOUT_MS,
    http: {
      headersTimeout: requestTimeoutMs,
      connectionsCheckingInterval: Math.min(REQUEST_TIMEOUT_CHECK_MS, requestTimeoutMs),
      // Clients that offer another protocol besides, as Java's do with HTTP/2, are answered in this one.
      shouldUpgradeCallback: ({ headers }) => headers.upgrade?.toLowerCase() === 'websocket',
    },
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    // Idle keep-alive connections do not hold up a shutdown.
    forceCloseConnections: 'idle',
    // While it closes, and for URLs that are none, the error handler answers as everywhere else.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      // No hook hears of it.
      begin(request, reply);
      reply.raw.on('close', () => logAnswered(request, reply, log));
      return reply.server.errorHandler(error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerUnreadable(error, socket, log),
    requestIdHeader: false,
    genReqId: requestIdOf,
    routerOptions: { maxParamLength: URL_MAX_LENGTH, ignoreTrailingSlash: true },
    ajv: { customOptions: { allErrors: true, coerceTypes: false, removeAdditional: false, useDefaults: false } },
  });
  server.decorateRequest('callersAddress', '');
  server.decorateRequest<Call | null>('call', null);
  server.addHook('onRequest', (request, reply, done) => {
    begin(request, reply);
    // Its next request is to find another node.
    if (isStopping()) reply.header('connection', 'close');
    traceCall(request, reply, tracing);
    inCall(request.call, done);
  });
  // A body arrives outside of its request.
  server.addHook('preValidation', ({ call }, _reply, done) => inCall(call, done));
  // Every answer passes here, of every door, so it makes no promise.
  server.addHook('onSend', ({ call }, reply, _payload, done) => {
    if (call) tellLimits(reply, call.limits);
    done();
  });
  logRequests(server, log);
  if (settings.corsOrigins.length > 0) {
    await server.register(cors, {
      origin: [...settings.corsOrigins],
      methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
      exposedHeaders: [
        'Allow',
        'Idempotency-Replayed',
        'Location',
        'Preference-Applied',
        'RateLimit',
        'RateLimit-Policy',
        'Retry-After',
        'WWW-Authenticate',
        ...REQUEST_ID_HEADERS,
      ],
      credentials: false,
      maxAge: 600,
    });
  }
  server.removeContentTypeParser('application/json');
  takeJson(server);
  lingerAfterEarlyAnswers(server);
  // A connection that still waits to be accepted when the server stops listening is reset, with what its client sent.
  server.addHook('preClose', async () => {
    for (let turn = 0; turn < ACCEPTING_TURNS; turn += 1) await nextTurn();
  });
  endSilentConnections(server);
  return server;

  function begin(request: FastifyRequest, reply: FastifyReply): void {
    request.callersAddress = addressOf(request.raw);
    request.call = createCall(request.id, request.callersAddress, request.headers['user-agent']);
    reply.headers(SECURITY_HEADERS).headers(requestIdHeaders(request.id));
    if (isPublicByTls || (isBehindProxy && request.protocol === 'https')) reply.headers(STRICT_TRANSPORT);
  }
}

/**
 * Node counts a connection on which nothing was ever sent as busy, so that it would hold up the close for as long as it
 * is silent. Clients open such ones in advance. Each gets a moment in which to send.
 */
function endSilentConnections(server: FastifyInstance): void {
  const open = new Set<Socket>();
  function forget(this: Socket): void {
    open.delete(this);
  }
  server.server.on('connection', (socket) => {
    open.add(socket);
    socket.on('close', forget);
  });
  server.addHook('preClose', async () => {
    setTimeout(() => {
      for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
    }, SILENT_MS).unref();
  });
}

/**
 * An answer that comes before the whole body has, such as 413, must reach a client that is still writing: closed at once,
 * its connection is reset and the answer lost with it (RFC 9112 section 9.6). So the rest is read and dropped, but only
 * for a while.
 */
function lingerAfterEarlyAnswers(server: FastifyInstance): void {
  // Every answer passes here, so neither hook makes a promise.
  server.addHook('onSend', ({ raw }, reply, _payload, done) => {
    if (isArriving(raw)) reply.removeHeader('connection');
    done();
  });
  server.addHook('onResponse', ({ raw }, _reply, done) => {
    if (isArriving(raw) && !raw.destroyed) {
      const timer = setTimeout(() => raw.destroy(), LINGER_MS).unref();
      raw.once('close', () => clearTimeout(timer));
    }
    done();
  });
}

/** Whether some of its body is still to come. One without a body may be answered before Node says that it is complete. */
const isArriving = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0);
