import type { FastifyReply, FastifyRequest } from 'fastify';
import { LOGIN_DEVICE_LIFETIME_MS, type LoginCaller } from '../../application/admin/login-devices.ts';
import type { OpenedAdminSession, OpenedSession } from '../../application/admin/password-logins.ts';
import type { Clock } from '../../application/ports/clock.ts';
import { RateLimitedError } from '../../domain/errors.ts';
import { retryAfter } from '../failures.ts';
import { deviceCookie, deviceTokenIn, sessionCookie } from './admin-cookie.ts';

/** The paths that the pages of the login lead to. */
export const LOGIN = '/admin/login';
export const HOME = '/admin/';

export const sendPage = (reply: FastifyReply, status: number, page: string) =>
  reply.status(status).type('text/html; charset=utf-8').send(page);

/** Whether the browser speaks TLS with the platform, or with the proxy before it. */
export const isSecure = (request: FastifyRequest, publicUrl: string | undefined): boolean =>
  request.protocol === 'https' || (publicUrl?.toLowerCase().startsWith('https:') ?? false);

/** Where the page is of, as the browser knows it. */
export const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`;

/** Where an attempt to log in comes from. */
export const callerOf = (request: FastifyRequest): LoginCaller => ({
  address: request.callersAddress,
  deviceToken: deviceTokenIn(request.headers.cookie),
});

/** The cookies of an administrator's session that was just opened, and of the browser that it was opened in. */
export const cookiesOf = (opened: OpenedAdminSession, clock: Clock, secure: boolean): string[] => [
  cookieOf(opened, clock, secure),
  deviceCookie(opened.deviceToken, LOGIN_DEVICE_LIFETIME_MS / 1_000, secure),
];

/** The cookie of a session that was just opened. */
export const cookieOf = ({ token, expiresAt }: OpenedSession, clock: Clock, secure: boolean): string =>
  sessionCookie(token, secondsUntil(expiresAt, clock), secure);

export const secondsUntil = (at: Date, clock: Clock): number =>
  Math.max(0, Math.floor((at.getTime() - clock.now().getTime()) / 1_000));

/** Answers that somebody has to wait, with the page that the message belongs on; throws any other error again. */
export function answerLimit(error: unknown, reply: FastifyReply, what: string, pageWith: (message: string) => string) {
  if (!(error instanceof RateLimitedError)) throw error;
  const seconds = Math.ceil(error.retryAfterSeconds);
  reply.headers(retryAfter(seconds));
  return sendPage(reply, 429, pageWith(`Too many wrong ${what}. Try again in ${seconds} s.`));
}
