import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Exposition } from './exposition.ts';

const PATH = '/metrics';
/** A scraper has one connection; more than a few are a mistake. */
const CONNECTIONS_MAX = 32;
const REQUEST_WITHIN_MS = 5_000;
const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Answers whoever may read the metrics: everybody who reaches them, or those who send the token where there is one. */
export function createAnswer(exposition: Exposition, token: string | undefined) {
  const expected = token === undefined ? null : digest(`Bearer ${token}`);
  return async (authorization: string | undefined): Promise<Answer> => {
    if (expected && !timingSafeEqual(digest(authorization ?? ''), expected)) {
      const headers = { ...TEXT, 'www-authenticate': 'Bearer realm="metrics"' };
      return { status: 401, headers, body: 'Send METRICS_TOKEN as "Authorization: Bearer <token>".\n' };
    }
    const headers = { 'content-type': exposition.contentType, 'cache-control': 'no-store' };
    return { status: 200, headers, body: await exposition.text() };
  };
}

type AnswerScrape = ReturnType<typeof createAnswer>;

/** The metrics at `/metrics`, and nothing else, on a port of their own. */
export function createMetricsServer(answer: AnswerScrape): Server {
  const answerTo = async (method: string, path: string, authorization: string | undefined): Promise<Answer> => {
    if (path !== PATH) return { status: 404, headers: TEXT, body: `The metrics are at ${PATH}.\n` };
    if (method === 'GET' || method === 'HEAD') return answer(authorization);
    return { status: 405, headers: { ...TEXT, allow: 'GET, HEAD' }, body: 'The metrics can only be read.\n' };
  };
  const server = createServer(
    { requestTimeout: REQUEST_WITHIN_MS, headersTimeout: REQUEST_WITHIN_MS },
    ({ method = '', url = '', headers }, response) => {
      answerTo(method, url.split('?', 1)[0] ?? '', headers.authorization).then(
        ({ status, headers: given, body }) => {
          response.writeHead(status, { ...given, 'content-length': Buffer.byteLength(body) });
          response.end(method === 'HEAD' ? undefined : body);
        },
        () => response.writeHead(500, TEXT).end('The metrics could not be read.\n'),
      );
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

/** The same on the port that everybody reaches. */
export function addMetricsRoute(server: FastifyInstance, answer: AnswerScrape): void {
  server.get(PATH, async (request, reply) => {
    const { status, headers, body } = await answer(request.headers.authorization);
    return reply.code(status).headers(headers).send(body);
  });
}
