import formbody from '@fastify/formbody';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.ts';
import type { Log } from '../../application/ports/log.ts';
import { AgentNotFoundError, OverloadedError, RateLimitedError, UnavailableError } from '../../domain/errors.ts';
import { type Authenticate, isFromOwnPage } from '../authenticate.ts';
import { retryAfter } from '../failures.ts';
import { FORM_LIMIT_BYTES, fieldOf } from '../forms.ts';
import { addAccount } from './account-routes.ts';
import {
  answerLimit,
  callerOf,
  cookieOf,
  cookiesOf,
  HOME,
  isSecure,
  LOGIN,
  secondsUntil,
  sendPage,
} from './admin-answers.ts';
import { endedCookie, halfLoginCookie } from './admin-cookie.ts';
import { codePath, loginPath, pathInside } from './login-paths.ts';
import { addNamedLogin } from './named-login-routes.ts';
import { loginMessage, loginPage, messagePage } from './pages.ts';

type Dependencies = {
  readonly app: Pick<Application, 'admin' | 'agents'>;
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly log: Log;
  /** What the platform is called by from outside, where that is set. */
  readonly publicUrl: string | undefined;
};

const LOG_IN_LINK = { href: LOGIN, label: 'Log in' };

/** The ways in to the console and out of it, as plain pages and forms. */
export function addAdminRoutes(server: FastifyInstance, deps: Dependencies): void {
  server.register(async (scope) => {
    await scope.register(formbody, { bodyLimit: FORM_LIMIT_BYTES });
    scope.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
      // A form's own page is told to the server, so that forms of other sites can be told apart.
      reply.header('referrer-policy', 'same-origin');
    });
    scope.addHook('preHandler', async (request, reply) => {
      if (request.method === 'POST' && !isFromOwnPage(request.headers)) return refuseForeignPage(reply);
    });
    scope.setErrorHandler((error: FastifyError, _request, reply) => answerFailure(error, reply, deps.log));
    addLogin(scope, deps);
    addNamedLogin(scope, deps);
    addAccount(scope, deps);
    addLogout(scope, deps);
    addDeleteAgent(scope, deps);
  });
}

function addLogin(scope: FastifyInstance, { app, authenticate, clock, publicUrl }: Dependencies): void {
  scope.get(LOGIN, async (request, reply) => {
    const { error, next } = request.query as Record<string, unknown>;
    const wanted = pathInside(next);
    const principal = await authenticate.byHeaders(request.headers);
    if (principal !== null && principal.sessionId !== null) return reply.redirect(wanted ?? HOME, 303);
    return sendPage(
      reply,
      200,
      loginPage({ message: loginMessage(error), next: wanted, ways: await app.admin.waysIn() }),
    );
  });

  scope.post(LOGIN, async (request, reply) => {
    const wanted = pathInside(fieldOf(request, 'next'));
    const [name, password] = [fieldOf(request, 'name').trim(), fieldOf(request, 'password')];
    const secure = isSecure(request, publicUrl);
    try {
      if (name !== '') {
        const half = await app.admin.logInByName({ name, password }, callerOf(request));
        if (half === null) return reply.redirect(loginPath('name', wanted), 303);
        reply.header('set-cookie', halfLoginCookie(half.token, secondsUntil(half.expiresAt, clock), secure));
        return reply.redirect(codePath(wanted), 303);
      }
      if (app.admin.isKey(password)) {
        const opened = await app.admin.logInByKey(password, callerOf(request));
        if (typeof opened === 'string') return reply.redirect(loginPath(opened, wanted), 303);
        reply.header('set-cookie', cookieOf(opened, clock, secure));
        return reply.redirect(wanted ?? HOME, 303);
      }
      const opened = await app.admin.logIn(password, callerOf(request));
      if (opened === null) return reply.redirect(loginPath('password', wanted), 303);
      reply.header('set-cookie', cookiesOf(opened, clock, secure));
      return reply.redirect(wanted ?? HOME, 303);
    } catch (error) {
      const ways = await app.admin.waysIn();
      const what = app.admin.isKey(password) && name === '' ? 'keys' : 'passwords';
      return answerLimit(error, reply, what, (message) => loginPage({ message, next: wanted, ways }));
    }
  });
}

function addLogout(scope: FastifyInstance, { app, authenticate, publicUrl }: Dependencies): void {
  scope.get('/admin/logout', async (request, reply) => {
    // A link on another site does not log anybody out.
    if (!isFromOwnPage(request.headers)) return reply.redirect(HOME, 303);
    await app.admin.logOut(await authenticate.byHeaders(request.headers));
    reply.header('set-cookie', endedCookie(isSecure(request, publicUrl)));
    return reply.redirect(LOGIN, 303);
  });
}

function addDeleteAgent(scope: FastifyInstance, { app, authenticate }: Dependencies): void {
  scope.post<{ Params: { id: string } }>('/admin/agents/:id/delete', async (request, reply) => {
    const principal = await authenticate.byHeaders(request.headers);
    if (principal?.kind !== 'admin') return reply.redirect(LOGIN, 303);
    try {
      await app.agents.delete(principal, { agentId: request.params.id });
    } catch (error) {
      if (!(error instanceof AgentNotFoundError)) throw error;
      return sendPage(reply, 404, messagePage('No such agent', error.message, { href: HOME, label: 'To the agents' }));
    }
    return reply.redirect(HOME, 303);
  });
}

const refuseForeignPage = (reply: FastifyReply) =>
  sendPage(reply, 403, messagePage('Refused', 'This form was not sent by a page of this platform.', LOG_IN_LINK));

function answerFailure(error: FastifyError, reply: FastifyReply, log: Log) {
  if (error instanceof RateLimitedError || error instanceof UnavailableError || error instanceof OverloadedError) {
    reply.headers(retryAfter(error.retryAfterSeconds));
    return sendPage(reply, error.row.status, messagePage('Not now', error.message, LOG_IN_LINK));
  }
  const status = error.statusCode ?? 500;
  if (status < 500) {
    return sendPage(reply, status, messagePage('Refused', 'The form could not be read.', LOG_IN_LINK));
  }
  log.error({ err: error }, 'an admin page failed');
  return sendPage(reply, 500, messagePage('Sorry', 'Something went wrong on our side.', LOG_IN_LINK));
}
