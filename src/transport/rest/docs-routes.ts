import type { FastifyReply } from 'fastify';
import { DOCUMENT_URL, docsPage, SCRIPT_URL, START_URL, startScript } from './docs/docs-page.ts';
import { landingPage } from './docs/landing-page.ts';
import { loadReferenceScript, type ReferenceScript } from './docs/reference-script.ts';
import type { RestDependencies, RestScope } from './rest-scope.ts';

/** The landing page runs no script and asks nobody for anything. */
const LANDING_POLICY = [
  "default-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  'img-src data:',
  "style-src 'unsafe-inline'",
].join(';');

/**
 * `/openapi.json`, and the pages for people. The reference is Scalar's, from this host alone: the server's own policy,
 * scripts and connections of this host and nothing else, holds for it.
 */
export function addDocsRoutes(scope: RestScope, { about }: RestDependencies): void {
  const hidden = { schema: { hide: true } };
  const landing = landingPage(about.version);
  const reference = docsPage();
  const start = startScript();
  let script: Promise<ReferenceScript> | null = null;

  scope.get(DOCUMENT_URL, hidden, async (_request, reply) =>
    revalidated(reply, 'application/json; charset=utf-8').send(scope.swagger()),
  );
  scope.get('/docs', hidden, async (_request, reply) => revalidated(reply, 'text/html; charset=utf-8').send(reference));
  scope.get(START_URL, hidden, async (_request, reply) =>
    revalidated(reply, 'text/javascript; charset=utf-8').send(start),
  );
  scope.get(SCRIPT_URL, hidden, async (request, reply) => {
    script ??= loadReferenceScript().catch((error) => {
      script = null;
      throw error;
    });
    const { plain, gzipped, etag } = await script;
    revalidated(reply, 'text/javascript; charset=utf-8').header('vary', 'accept-encoding').header('etag', etag);
    if (request.headers['if-none-match'] === etag) return reply.status(304).send();
    const takesGzip = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    return takesGzip ? reply.header('content-encoding', 'gzip').send(gzipped) : reply.send(plain);
  });
  scope.get('/', hidden, async (_request, reply) =>
    revalidated(reply, 'text/html; charset=utf-8').header('content-security-policy', LANDING_POLICY).send(landing),
  );
}

const revalidated = (reply: FastifyReply, type: string): FastifyReply =>
  reply.header('cache-control', 'no-cache').type(type);
