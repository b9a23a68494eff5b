import type { RestScope } from './rest-scope.ts';

/** `/openapi.json` and the pages for people. None of them asks another host for anything. */
export function addDocsRoutes(scope: RestScope): void {
  scope.get('/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('cache-control', 'no-cache').type('application/json').send(JSON.stringify(scope.swagger())),
  );
  scope.get('/docs', { schema: { hide: true } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send('<!doctype html><a href="/openapi.json">openapi.json</a>'),
  );
}
