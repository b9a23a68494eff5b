import { HOME, LOGIN } from './admin-answers.ts';

/** Why somebody is on the login page again. */
export type LoginError = 'password' | 'unknown' | 'program' | 'name' | 'half' | 'session';

/** The login page's address with a message, and with where to go afterwards. */
export function loginPath(error: LoginError | null, next: string | null): string {
  const query = new URLSearchParams({
    ...(error && { error }),
    ...(next !== null && !HOME.startsWith(next) && { next }),
  });
  return query.size === 0 ? LOGIN : `${LOGIN}?${query}`;
}

/** A path inside the admin UI, so that no login leads to another host; null for anything else. */
export function pathInside(next: unknown): string | null {
  if (typeof next !== 'string' || !next.startsWith(HOME) || !URL.canParse(next, 'http://host')) return null;
  const { host, pathname, search } = new URL(next, 'http://host');
  return host === 'host' && pathname.startsWith(HOME) && !pathname.startsWith(LOGIN) ? pathname + search : null;
}

/** The address of the page that asks for the second factor. */
export const codePath = (next: string | null): string =>
  next === null ? `${LOGIN}/code` : `${LOGIN}/code?${new URLSearchParams({ next })}`;
