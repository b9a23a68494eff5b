import type { IncomingMessage } from 'node:http';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { readResult } from '../message.ts';

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * One request and its answer, however long that takes: Node's `fetch` gives up after five minutes. Redirects are answers like
 * others.
 */
export async function exchange({ method, url, headers, body, maxBytes, signal }: Exchange): Promise<Answer> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(url, { method, headers: { ...headers, ...length }, signal });
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    // Whoever changes to another protocol has not answered; Node closes such a connection without a word.
    outgoing.once('close', () => reject(new Error('the connection was closed without an answer')));
    outgoing.end(body);
  });
  const { statusCode: status = 0, headers: received } = response;
  try {
    const read = readResult(response, maxBytes, 'address');
    // What is wrong is known by then, whatever becomes of the text about it.
    const held = await (status < 300 ? read : read.catch(() => Buffer.alloc(0)));
    signal.throwIfAborted();
    return { status, headers: received, body: held };
  } finally {
    response.destroy();
  }
}
