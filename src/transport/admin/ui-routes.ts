import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../authenticate.ts';
import { addBuiltAssets } from '../built-assets.ts';
import { loginPath } from './login-paths.ts';
import { messagePage } from './pages.ts';

const INDEX = 'index.html';

/**
 * The built console. Its assets carry their hash in their name and are kept by browsers; its page is not, and is for
 * whoever is logged in: anybody else who asks for one of its addresses is sent to log in and comes back to it. What they
 * see on it is what the API lets them. `folder` is what `npm run build` makes of its sources.
 */
export function addAdminUi(
  server: FastifyInstance,
  { authenticate, folder }: { readonly authenticate: Authenticate; readonly folder: string },
): void {
  server.register(async (scope) => {
    await addBuiltAssets(scope, '/admin', folder);
    scope.get('/admin/mark.svg', (_request, reply) =>
      reply.header('cache-control', 'public, max-age=86400').sendFile('mark.svg'),
    );
    // Of the pages of the login. Browsers ask each time whether it is still the same.
    scope.get('/admin/passkeys.js', (_request, reply) =>
      reply.header('cache-control', 'no-cache').sendFile('passkeys.js'),
    );
    for (const path of ['/admin', '/admin/*']) {
      scope.get(path, async (request, reply) => {
        reply.header('cache-control', 'no-store').header('referrer-policy', 'same-origin');
        const principal = await authenticate.byHeaders(request.headers);
        if (principal === null || principal.sessionId === null) {
          return reply.redirect(loginPath(null, request.url), 303);
        }
        if (!existsSync(join(folder, INDEX))) return reply.status(503).type('text/html').send(NOT_BUILT);
        return reply.sendFile(INDEX);
      });
    }
  });
}

const NOT_BUILT = messagePage(
  'The admin UI is not built',
  'Run “npm run build” in the platform’s folder, then load this page again.',
  { href: '/admin/', label: 'Load again' },
);
