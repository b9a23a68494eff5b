import type { ApiDocument } from './docs/api-document-types.ts';
import { docsPage } from './docs/docs-page.ts';
import { landingPage } from './docs/landing-page.ts';
import type { RestDependencies, RestScope } from './rest-scope.ts';

/** The pages run no script and ask nobody for anything. */
const PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
    imgSrc: ['data:'],
    styleSrc: ["'unsafe-inline'"],
  },
};

/** `/openapi.json`, and the pages for people. None of them asks another host for anything. */
export function addDocsRoutes(scope: RestScope, { about }: RestDependencies): void {
  const asPage = { schema: { hide: true }, helmet: { contentSecurityPolicy: PAGE_POLICY } };
  const landing = landingPage(about.version);
  // The document is whole when the first request comes, and does not change after that.
  let reference: string | null = null;

  scope.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(scope.swagger()),
  );
  scope.get('/docs', asPage, async (_request, reply) => {
    reference ??= docsPage(scope.swagger() as unknown as ApiDocument);
    return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(reference);
  });
  scope.get('/', asPage, async (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(landing),
  );
}
