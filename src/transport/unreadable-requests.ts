import type { Socket } from 'node:net';
import { createCall, inCall } from '../application/ports/call.ts';
import type { Log } from '../application/ports/log.ts';
import { answerByHand } from './answer-by-hand.ts';
import { newRequestId } from './request-id.ts';

/** What Node says of a request that it gave up, and what the client is told of it. */
const ANSWERS: Readonly<Record<string, { readonly status: number; readonly detail: string }>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    detail: 'The request did not arrive whole within the time that it may take.',
  },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The headers are larger than what is taken.' },
};
const NOT_HTTP = { status: 400, detail: 'The request is not valid HTTP/1.1.' };

/** Answers what Node could not read as a request, or not within its time; no route and no hook hears of it. */
export function answerUnreadable(error: Error & { readonly code?: string }, socket: Socket, log: Log): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const address = socket.remoteAddress ?? '';
  inCall(createCall(newRequestId(), address), () => {
    log.info({ code: error.code, address }, 'a request could not be read');
    if (socket.writable) answerByHand(socket, ANSWERS[error.code ?? ''] ?? NOT_HTTP);
    else socket.destroy(error);
  });
}
