import { Agent, request } from 'node:http';
import type { HttpInput } from './bodies.ts';

export type HttpAnswer = { readonly status: number; readonly type: string; readonly body: string };

/** Longer than a caller waits for anything that is not a stream: nothing here asks to wait. */
const ANSWER_WITHIN_MS = 60_000;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });

/** Sends a call as it is; of a stream the first part is its answer. Throws where there is none. */
export function call(url: string, { method, path, headers, body }: HttpInput, key?: string): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ agent, hostname, port, method, path, timeout: ANSWER_WITHIN_MS },
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
          ...(key !== undefined && { authorization: `Bearer ${key}` }),
          ...headers,
        },
      },
      (response) => {
        const type = String(response.headers['content-type'] ?? '');
        const chunks: Buffer[] = [];
        const answer = () =>
          resolve({ status: response.statusCode ?? 0, type, body: Buffer.concat(chunks).toString() });
        response.on('data', (chunk: Buffer) => {
          chunks.push(chunk);
          if (!type.startsWith('text/event-stream')) return;
          answer();
          sent.destroy();
        });
        response.on('end', answer);
        response.on('error', reject);
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
