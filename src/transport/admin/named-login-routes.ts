import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PASSWORD_MIN_LENGTH } from '../../application/admin/password-strength.ts';
import type { Application } from '../../application/application.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { fieldOf } from '../forms.ts';
import { answerLimit, callerOf, cookiesOf, HOME, isSecure, LOGIN, originOf, sendPage } from './admin-answers.ts';
import { halfLoginCookie, halfLoginTokenIn } from './admin-cookie.ts';
import { loginPath, pathInside } from './login-paths.ts';
import { codePage, recoveryCodesPage, setupPage } from './named-login-pages.ts';
import { messagePage } from './pages.ts';

type Dependencies = {
  readonly app: Pick<Application, 'admin'>;
  readonly clock: Clock;
  readonly publicUrl: string | undefined;
};

type Setup = { Params: { token: string } };

/** The second step of a login by name, and a new administrator's first way in. */
export function addNamedLogin(scope: FastifyInstance, { app, clock, publicUrl }: Dependencies): void {
  const codePageFor = async (request: FastifyRequest, message: string | null, next: string | null) => {
    const token = halfLoginTokenIn(request.headers.cookie);
    return codePage({ message, next, passkeyOptions: await app.admin.askForPasskey(token, originOf(request)) });
  };

  scope.get(`${LOGIN}/code`, async (request, reply) => {
    const { next } = request.query as Record<string, unknown>;
    return sendPage(reply, 200, await codePageFor(request, null, pathInside(next)));
  });

  scope.post(`${LOGIN}/code`, async (request, reply) => {
    const next = pathInside(fieldOf(request, 'next'));
    const token = halfLoginTokenIn(request.headers.cookie);
    const response = fieldOf(request, 'passkey');
    try {
      const opened =
        response === ''
          ? await app.admin.proveByCode(token, fieldOf(request, 'code'), callerOf(request))
          : await app.admin.proveByPasskey(token, { response, origin: originOf(request) }, callerOf(request));
      if (opened === 'over') return reply.redirect(loginPath('half', next), 303);
      if (opened === 'wrong') {
        const what = response === '' ? 'code is not right, or was used already' : 'passkey is not one of yours';
        return sendPage(reply, 422, await codePageFor(request, `That ${what}.`, next));
      }
      const secure = isSecure(request, publicUrl);
      reply.header('set-cookie', [...cookiesOf(opened, clock, secure), halfLoginCookie('', 0, secure)]);
      return reply.redirect(next ?? HOME, 303);
    } catch (error) {
      return answerLimit(error, reply, 'codes', (message) => codePage({ message, next, passkeyOptions: null }));
    }
  });

  scope.get<Setup>('/admin/setup/:token', async (request, reply) => {
    const { token } = request.params;
    const offer = await app.admin.setupOf(token, originOf(request));
    return offer === null ? sendNoSetup(reply) : sendPage(reply, 200, setupPage({ token, offer, message: null }));
  });

  scope.post<Setup>('/admin/setup/:token', async (request, reply) => {
    const { token } = request.params;
    const secret = fieldOf(request, 'secret');
    const origin = originOf(request);
    const choice = {
      password: fieldOf(request, 'password'),
      secret,
      code: fieldOf(request, 'code'),
      passkey: { response: fieldOf(request, 'passkey'), origin },
    };
    const done = await app.admin.setUp(token, choice, callerOf(request));
    if (done !== null && typeof done === 'object') {
      reply.header('set-cookie', cookiesOf(done.session, clock, isSecure(request, publicUrl)));
      return sendPage(reply, 200, recoveryCodesPage(done.recoveryCodes));
    }
    const offer = done === null ? null : await app.admin.setupOf(token, origin, secret);
    if (done === null || offer === null) return sendNoSetup(reply);
    return sendPage(reply, 422, setupPage({ token, offer, message: WHAT_IS_WRONG[done] }));
  });
}

const WHAT_IS_WRONG = {
  password: `The password must be ${PASSWORD_MIN_LENGTH} to 1,024 characters long.`,
  passkey: 'That passkey could not be read. Try again.',
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
