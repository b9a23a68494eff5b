import type { FastifyInstance, FastifyReply } from 'fastify';
import { PASSWORD_MIN_LENGTH } from '../../application/admin/set-up-admin.ts';
import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { answerLimit, callerOf, cookiesOf, fieldOf, HOME, isSecure, LOGIN, sendPage } from './admin-answers.ts';
import { halfLoginCookie, halfLoginTokenIn } from './admin-cookie.ts';
import { loginPath, pathInside } from './login-paths.ts';
import { codePage, messagePage, recoveryCodesPage, setupPage } from './pages.ts';

type Dependencies = {
  readonly app: Pick<Application, 'admin'>;
  readonly clock: Clock;
  readonly publicUrl: string | undefined;
};

type Setup = { Params: { token: string } };

/** The second step of a login by name, and a new administrator's first way in. */
export function addNamedLogin(scope: FastifyInstance, { app, clock, publicUrl }: Dependencies): void {
  scope.get(`${LOGIN}/code`, async (request, reply) => {
    const { next } = request.query as Record<string, unknown>;
    return sendPage(reply, 200, codePage({ message: null, next: pathInside(next) }));
  });

  scope.post(`${LOGIN}/code`, async (request, reply) => {
    const next = pathInside(fieldOf(request, 'next'));
    const proof = { token: halfLoginTokenIn(request.headers.cookie), code: fieldOf(request, 'code') };
    try {
      const opened = await app.admin.proveByCode(proof, callerOf(request));
      if (opened === 'over') return reply.redirect(loginPath('half', next), 303);
      if (opened === 'wrong') {
        return sendPage(reply, 422, codePage({ message: 'That code is not right, or was used already.', next }));
      }
      const secure = isSecure(request, publicUrl);
      reply.header('set-cookie', [...cookiesOf(opened, clock, secure), halfLoginCookie('', 0, secure)]);
      return reply.redirect(next ?? HOME, 303);
    } catch (error) {
      return answerLimit(error, reply, 'codes', (message) => codePage({ message, next }));
    }
  });

  scope.get<Setup>('/admin/setup/:token', async ({ params: { token } }, reply) => {
    const offer = await app.admin.setupOf(token);
    return offer === null ? sendNoSetup(reply) : sendPage(reply, 200, setupPage({ token, offer, message: null }));
  });

  scope.post<Setup>('/admin/setup/:token', async (request, reply) => {
    const { token } = request.params;
    const secret = fieldOf(request, 'secret');
    const choice = { password: fieldOf(request, 'password'), secret, code: fieldOf(request, 'code') };
    const done = await app.admin.setUp(token, choice, callerOf(request));
    if (done !== null && typeof done === 'object') {
      reply.header('set-cookie', cookiesOf(done.session, clock, isSecure(request, publicUrl)));
      return sendPage(reply, 200, recoveryCodesPage(done.recoveryCodes));
    }
    const offer = done === null ? null : await app.admin.setupOf(token, secret);
    if (done === null || offer === null) return sendNoSetup(reply);
    return sendPage(reply, 422, setupPage({ token, offer, message: WHAT_IS_WRONG[done] }));
  });
}

const WHAT_IS_WRONG = {
  password: `The password must be ${PASSWORD_MIN_LENGTH} to 1,024 characters long.`,
  code: 'That code is not right. Is the clock of the device right that shows it?',
} as const;

const sendNoSetup = (reply: FastifyReply) =>
  sendPage(
    reply,
    404,
    messagePage(
      'This link opens nothing',
      'It was used, or is older than a day. An administrator can make a new one.',
      {
        href: LOGIN,
        label: 'Log in',
      },
    ),
  );
