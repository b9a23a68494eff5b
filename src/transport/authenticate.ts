import type { IncomingHttpHeaders } from 'node:http';
import { currentCall } from '../application/ports/call.ts';
import type { Principal } from '../domain/principal.ts';

type Dependencies = {
  readonly keys: {
    authenticate(text: string): Promise<Principal | null>;
    /** One opened nothing. */
    noteRefused(): void;
  };
  /** Whose session the cookie header carries; null for nobody's. */
  readonly authenticateConsoleCookie: (cookieHeader: string) => Promise<Principal | null>;
};

const BEARER = /^bearer +(\S+)$/i;

/** The key of an `Authorization: Bearer <key>` header (RFC 6750, section 2.1); null for anything else. */
export const bearerKey = (authorization: string | undefined): string | null =>
  (authorization === undefined ? null : BEARER.exec(authorization.trim())?.[1]) ?? null;

/** The log says who it was. */
function noted(principal: Principal | null): Principal | null {
  const call = currentCall();
  if (call && principal) call.principal = principal;
  return principal;
}

/**
 * Turns a credential into a Principal. A key counts more than a cookie; a cookie counts only for what the platform's
 * own pages send, so that no other site can act with it. A credential that opens nothing is nobody's: null.
 */
export function createAuthenticate({ keys, authenticateConsoleCookie }: Dependencies) {
  return {
    async byHeaders(headers: IncomingHttpHeaders): Promise<Principal | null> {
      if (headers.authorization !== undefined) return this.byKey(bearerKey(headers.authorization));
      if (headers.cookie === undefined || !isFromOwnPage(headers)) return null;
      return noted(await authenticateConsoleCookie(headers.cookie));
    },
    async byKey(key: string | null): Promise<Principal | null> {
      if (key === null) return null;
      const principal = await keys.authenticate(key);
      if (principal === null) keys.noteRefused();
      return noted(principal);
    },
  };
}

export type Authenticate = ReturnType<typeof createAuthenticate>;

/**
 * Whether a browser says that the request comes from the platform's own pages. Sec-Fetch-Site cannot be forged by a
 * page; where a browser does not send it, the Origin must be the host's own.
 */
export function isFromOwnPage(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin, host } = headers;
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}
