import { parseCookie, stringifySetCookie } from 'cookie';
import type { AdminPrincipal } from '../../domain/principal.ts';

const COOKIE_NAME = 'clawcierge_admin';

/** `secure` where the administrator's browser speaks TLS with the platform, or with the proxy before it. */
const attributes = (secure: boolean) =>
  ({ name: COOKIE_NAME, path: '/', httpOnly: true, sameSite: 'strict', secure }) as const;

/** The Set-Cookie header that carries the session's token for so long. */
export const sessionCookie = (token: string, maxAgeSeconds: number, secure: boolean): string =>
  stringifySetCookie({ ...attributes(secure), value: token, maxAge: maxAgeSeconds });

/** The Set-Cookie header that takes it away. */
export const endedCookie = (secure: boolean): string =>
  stringifySetCookie({ ...attributes(secure), value: '', maxAge: 0 });

/** Whose session a Cookie header carries; null for nobody's. */
export function createAuthenticateAdminCookie(authenticateAdmin: (token: string) => Promise<AdminPrincipal | null>) {
  return async (cookieHeader: string): Promise<AdminPrincipal | null> => {
    const token = parseCookie(cookieHeader)[COOKIE_NAME];
    return token === undefined ? null : authenticateAdmin(token);
  };
}
