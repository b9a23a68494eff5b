import { once } from 'node:events';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import type { TestPlatform } from './platform.ts';

type HttpRequest = {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
};

/**
 * Sends a request whole and hangs up without waiting for an answer. Resolves when the platform has ended the
 * connection too, so that whatever it is still doing for the request happens after the caller is gone.
 */
export async function askAndHangUp({ url }: Pick<TestPlatform, 'url'>, request: HttpRequest): Promise<void> {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  // Cut where the platform cuts it.
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  const headers = {
    host,
    ...(body !== '' && { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...request.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  socket.end([`${request.method} ${request.path} HTTP/1.1`, ...lines, '', body].join('\r\n'));
  socket.resume();
  await closed;
}
