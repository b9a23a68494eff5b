import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { addBuiltAssets } from '../built-assets.ts';

/** What the page may do: run its own scripts and the editor's workers, and talk with this host. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  // The editor writes styles as it goes.
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Answers a browser that asks for the page at /graphql. */
export type SendGraphiql = (reply: FastifyReply) => Promise<FastifyReply>;

/**
 * GraphiQL at /graphql, where it is asked for (GRAPHIQL): the page of the playground and its assets, from the folder of
 * what `npm run build` makes of its sources; null where it is not served.
 */
export function addGraphiqlPage(server: FastifyInstance, folder: string | null): SendGraphiql {
  if (folder === null) return async (reply) => reply.status(404).type('text/plain; charset=utf-8').send(NOT_SERVED);
  server.register((scope) => addBuiltAssets(scope, '/graphql', folder));
  return async (reply) => {
    const page = await readFile(join(folder, 'index.html')).catch(() => null);
    if (page === null) return reply.status(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
    reply.header('content-security-policy', CONTENT_SECURITY_POLICY).header('cache-control', 'no-cache');
    return reply.type('text/html; charset=utf-8').send(page);
  };
}

const NOT_SERVED =
  'GraphiQL is not served here; GRAPHIQL=true would serve it. POST takes operations, and the API reference is at /docs.\n';
const NOT_BUILT = 'GraphiQL is not built. Run "npm run build" in the platform\'s folder, then load this page again.\n';
