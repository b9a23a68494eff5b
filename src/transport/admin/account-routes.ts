import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Application } from '../../application/application.ts';
import type { AdminPrincipal } from '../../domain/principal.ts';
import type { Authenticate } from '../authenticate.ts';
import { fieldOf } from '../forms.ts';
import { HOME, originOf, sendPage } from './admin-answers.ts';
import { loginPath } from './login-paths.ts';
import { ACCOUNT, accountPage } from './named-login-pages.ts';
import { messagePage } from './pages.ts';

type Dependencies = { readonly app: Pick<Application, 'admin'>; readonly authenticate: Authenticate };

/** Where a named administrator sees to its own second factors. */
export function addAccount(scope: FastifyInstance, { app, authenticate }: Dependencies): void {
  /** Null where the request was answered already: nobody by name is logged in. */
  async function namedAdmin(request: FastifyRequest, reply: FastifyReply): Promise<AdminPrincipal | null> {
    const principal = await authenticate.byHeaders(request.headers);
    if (principal?.kind === 'admin' && principal.adminId !== null) return principal;
    if (principal === null) reply.redirect(loginPath(null, ACCOUNT), 303);
    else {
      const text = 'Whoever logs in with a key or the one password has no name here, and no passkeys.';
      sendPage(reply, 403, messagePage('Not for you', text, { href: HOME, label: 'To the console' }));
    }
    return null;
  }

  async function show(request: FastifyRequest, reply: FastifyReply, admin: AdminPrincipal, message: string | null) {
    const own = await app.admin.ownPasskeys(admin, originOf(request));
    const authenticator = await app.admin.offerAuthenticator(admin, fieldOf(request, 'secret'));
    return sendPage(reply, message === null ? 200 : 422, accountPage({ ...own, authenticator, message }));
  }

  scope.get(ACCOUNT, async (request, reply) => {
    const admin = await namedAdmin(request, reply);
    return admin === null ? reply : show(request, reply, admin, null);
  });

  scope.post(`${ACCOUNT}/passkeys`, async (request, reply) => {
    const admin = await namedAdmin(request, reply);
    if (admin === null) return reply;
    const answer = { response: fieldOf(request, 'passkey'), origin: originOf(request) };
    const added = await app.admin.addPasskey(admin, fieldOf(request, 'label'), answer);
    return added === 'added' ? reply.redirect(ACCOUNT, 303) : show(request, reply, admin, WHY_NOT_ADDED[added]);
  });

  scope.post(`${ACCOUNT}/authenticator`, async (request, reply) => {
    const admin = await namedAdmin(request, reply);
    if (admin === null) return reply;
    const chosen = { secret: fieldOf(request, 'secret'), code: fieldOf(request, 'code') };
    const added = await app.admin.addAuthenticator(admin, chosen);
    return added === 'added' ? reply.redirect(ACCOUNT, 303) : show(request, reply, admin, WHY_NO_AUTHENTICATOR[added]);
  });

  scope.post(`${ACCOUNT}/passkeys/remove`, async (request, reply) => {
    const admin = await namedAdmin(request, reply);
    if (admin === null) return reply;
    const removed = await app.admin.removePasskey(admin, fieldOf(request, 'id'));
    if (removed === 'last') {
      return show(request, reply, admin, 'It is your only second factor: add another passkey before you remove it.');
    }
    return reply.redirect(ACCOUNT, 303);
  });
}

const WHY_NOT_ADDED = {
  wrong: 'That passkey could not be read, or came too late. Try again.',
  full: 'There are as many passkeys as there may be. Remove one first.',
  taken: 'That passkey is known already.',
} as const;

const WHY_NO_AUTHENTICATOR = {
  wrong: 'That code is not right. Is the clock of the device right that shows it?',
  taken: 'You have an authenticator app already.',
} as const;
