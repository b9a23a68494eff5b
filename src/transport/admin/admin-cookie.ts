import { parseCookie, stringifySetCookie } from 'cookie';
import type { ConsolePrincipal } from '../../domain/principal.ts';

const SESSION = { name: 'clawcierge_admin', path: '/' } as const;
/** Only logins ask for it. It outlives the session: it says that somebody was in with this browser. */
const DEVICE = { name: 'clawcierge_device', path: '/admin' } as const;
/** A login that lacks its second factor. */
const HALF_LOGIN = { name: 'clawcierge_login', path: '/admin/login' } as const;

/** `secure` where the browser speaks TLS with the platform, or with the proxy before it. */
const setCookie = (
  cookie: typeof SESSION | typeof DEVICE | typeof HALF_LOGIN,
  value: string,
  maxAgeSeconds: number,
  secure: boolean,
) => stringifySetCookie({ ...cookie, value, maxAge: maxAgeSeconds, httpOnly: true, sameSite: 'strict', secure });

/** The Set-Cookie header that carries the session's token for so long. */
export const sessionCookie = (token: string, maxAgeSeconds: number, secure: boolean): string =>
  setCookie(SESSION, token, maxAgeSeconds, secure);

/** The Set-Cookie header that takes it away. */
export const endedCookie = (secure: boolean): string => setCookie(SESSION, '', 0, secure);

/** The Set-Cookie header that carries for so long what the browser is known by. */
export const deviceCookie = (token: string, maxAgeSeconds: number, secure: boolean): string =>
  setCookie(DEVICE, token, maxAgeSeconds, secure);

/** The Set-Cookie header that carries for so long the token of a login that lacks its second factor. */
export const halfLoginCookie = (token: string, maxAgeSeconds: number, secure: boolean): string =>
  setCookie(HALF_LOGIN, token, maxAgeSeconds, secure);

/** What the browser says that it is known by, in a Cookie header. */
export const deviceTokenIn = (cookieHeader: string | undefined) => valueIn(cookieHeader, DEVICE.name);

/** The token of a login that lacks its second factor. */
export const halfLoginTokenIn = (cookieHeader: string | undefined) => valueIn(cookieHeader, HALF_LOGIN.name);

const valueIn = (cookieHeader: string | undefined, name: string): string | null =>
  (cookieHeader === undefined ? undefined : parseCookie(cookieHeader)[name]) ?? null;

/** The token of a session, in a Cookie header. */
export const sessionTokenIn = (cookieHeader: string | undefined) => valueIn(cookieHeader, SESSION.name);

/** Whose session a Cookie header carries; null for nobody's. */
export function createAuthenticateConsoleCookie(authenticate: (token: string) => Promise<ConsolePrincipal | null>) {
  return async (cookieHeader: string): Promise<ConsolePrincipal | null> => {
    const token = sessionTokenIn(cookieHeader);
    return token === null ? null : authenticate(token);
  };
}
