import { randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

/**
 * Asks for a WebSocket as a client does, and closes it: the status that comes back, 101 when it was opened, or what went
 * wrong. A client of WebSockets would not tell the status.
 */
export function tryUpgrade(url: URL, timeoutMs: number, signal: AbortSignal): Promise<number | string> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve) => {
    const request = send(url, {
      signal,
      timeout: timeoutMs,
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        'sec-websocket-protocol': 'graphql-transport-ws',
      },
    });
    const end = (outcome: number | string) => {
      resolve(outcome);
      request.destroy();
    };
    request.on('upgrade', (_response: IncomingMessage, socket) => {
      socket.destroy();
      end(101);
    });
    request.on('response', (response: IncomingMessage) => end(response.statusCode ?? 0));
    request.on('timeout', () => end(`no answer within ${timeoutMs / 1_000} s`));
    request.on('error', (error: NodeJS.ErrnoException) => end(`the upgrade failed (${error.code ?? error.message})`));
    request.end();
  });
}
