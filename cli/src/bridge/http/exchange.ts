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
    outgoing.end(body);
  });
  try {
    const held = await readResult(response, maxBytes, 'address');
    return { status: response.statusCode ?? 0, headers: response.headers, body: held };
  } finally {
    response.destroy();
  }
}
