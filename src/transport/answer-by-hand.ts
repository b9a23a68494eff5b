import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { currentCall } from '../application/ports/call.ts';
import { newRequestId, requestIdHeaders } from './request-id.ts';

type Answer = {
  readonly status: number;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * Answers where no server does, with a problem (RFC 9457) of no kind but its status, and closes the connection. The
 * answer has the id of the request that is served here, or a new one where none could be read.
 */
export function answerByHand(socket: Duplex, { status, detail, headers = {} }: Answer): void {
  const title = STATUS_CODES[status] ?? '';
  const body = JSON.stringify({ type: 'about:blank', title, status, detail });
  const lines = [
    `HTTP/1.1 ${status} ${title}`,
    'Connection: close',
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ ...requestIdHeaders(currentCall()?.id ?? newRequestId()), ...headers }).map(
      ([name, value]) => `${name}: ${value}`,
    ),
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.once('finish', () => socket.destroy());
}
