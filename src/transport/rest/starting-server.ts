import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerByHand } from '../answer-by-hand.ts';
import { retryAfter } from '../failures.ts';
import { BACKLOG_OF_ONE, listenAt } from '../listeners.ts';
import { requestIdHeaders, requestIdOf } from '../request-id.ts';
import { SECURITY_HEADERS } from '../security-headers.ts';
import { PROBLEM_MEDIA_TYPE } from './problem-catalogue.ts';
import { problemBody } from './problem-details.ts';

/** Where the server listens that answers while the platform starts. */
export type StartingServer = {
  readonly port: number;
  /**
   * When that server is told to listen, it goes on with this one's socket, at whatever address it is told: whoever connects
   * meanwhile is answered by either. What is asked from then on is the next server's to answer, also over a connection of
   * before: balancers and browsers open some ahead of what they ask.
   */
  passTo(next: Server): void;
  /** Stops listening at once, unless another server does instead. What is being answered is answered. */
  end(): void;
};

const RETRY_AFTER_SECONDS = 2;
/** A connection that sends nothing of its request is not kept for longer. */
const REQUEST_TIMEOUT_MS = 5_000;
const STARTING = 'Not ready: node (starting).';

/**
 * Answers while the platform starts, which may take minutes where tables are migrated: 503 on every path. Also on that of
 * liveness, which many take for "it serves". Throws where it cannot listen, so that this is known before anything else is
 * begun.
 */
export async function answerWhileStarting(settings: {
  readonly host: string;
  readonly port: number;
}): Promise<StartingServer> {
  let successor: Server | null = null;
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS });
  server.on('request', (request, response) => {
    if (successor === null) return answer(request, response);
    // The successor does not know of the connection, and could not close it when it ends.
    response.shouldKeepAlive = false;
    successor.emit('request', request, response);
  });
  server.on('upgrade', (request, socket, head) => {
    if (successor !== null) return void successor.emit('upgrade', request, socket, head);
    socket.on('error', () => {});
    const headers = { ...requestIdHeaders(requestIdOf(request)), ...retryAfter(RETRY_AFTER_SECONDS) };
    answerByHand(socket, { status: 503, detail: STARTING, headers });
  });
  await listening(settings, () => listenAt(server, settings));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    passTo(next) {
      const { listen } = next;
      // Once: the servers for what else a name such as localhost means listen themselves.
      next.listen = () => {
        next.listen = listen;
        successor = next;
        // Without the number the system would be told Node's own.
        return next.listen(server, BACKLOG_OF_ONE);
      };
    },
    end() {
      // The socket is the next server's by then, which closes it.
      if (successor === null) server.close();
      server.closeIdleConnections();
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, {
    ...SECURITY_HEADERS,
    'Content-Type': PROBLEM_MEDIA_TYPE,
    'Cache-Control': 'no-store',
    // The next request goes to the platform's own server.
    Connection: 'close',
    ...requestIdHeaders(requestIdOf(request)),
    ...retryAfter(RETRY_AFTER_SECONDS),
  });
  const body = JSON.stringify(problemBody({ kind: 'not-ready', detail: STARTING }));
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Runs what listens there, and says which settings are wrong where it cannot. */
export async function listening(
  { host, port }: { readonly host: string; readonly port: number },
  listen: () => Promise<unknown>,
): Promise<void> {
  try {
    await listen();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`HOST and PORT name ${host}:${port}, where the platform cannot listen: ${reason}`, { cause });
  }
}
