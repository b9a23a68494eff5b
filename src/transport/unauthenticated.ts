import { isWellFormedApiKey } from '../application/keys/api-key-format.ts';
import { API_KEY_PREFIX } from '../domain/api-key.ts';
import type { DomainError } from '../domain/domain-error.ts';
import { ForbiddenError, UnauthenticatedError } from '../domain/errors.ts';
import { bearerKey } from './authenticate.ts';

const CHALLENGE = 'Bearer realm="clawcierge"';

/** RFC 6750, section 3: what answers of 401 carry as WWW-Authenticate, and answers to a key that lacks a scope. */
export function challengeOf(error: DomainError): { readonly 'www-authenticate'?: string } {
  if (error.row.status === 401) return { 'www-authenticate': CHALLENGE };
  if (!(error instanceof ForbiddenError) || error.scope === undefined) return {};
  return { 'www-authenticate': `${CHALLENGE}, error="insufficient_scope", scope="${error.scope}"` };
}

const NO_KEY = 'No API key was sent. Send it as "Authorization: Bearer <key>".';
const NO_BEARER = 'The Authorization header must be "Bearer <key>": that word, a space, and the API key.';
const PREFIXES = Object.values(API_KEY_PREFIX);
const NO_KEY_OF_OURS = `That is no API key of this platform: they begin with ${PREFIXES.slice(0, -1).join(', ')} or ${PREFIXES.at(-1)}.`;
const MISTYPED = 'The API key is mistyped or cut off: its checksum is wrong.';
/** One text for all three: which it is would tell whether there is such a key. */
const OPENS_NOTHING = 'The API key is unknown, revoked or expired.';

/** What is wrong with a key that opens nothing, so far as the key itself tells. */
export const refusedKey = (key: string): UnauthenticatedError => new UnauthenticatedError(problemOf(key));

/** The same for an Authorization header, and for none. Short enough to close a WebSocket with. */
export function refusedHeader(authorization: string | undefined): UnauthenticatedError {
  if (authorization === undefined) return new UnauthenticatedError(NO_KEY);
  const key = bearerKey(authorization);
  return key === null ? new UnauthenticatedError(NO_BEARER) : refusedKey(key);
}

function problemOf(key: string): string {
  if (!Object.values(API_KEY_PREFIX).some((prefix) => key.startsWith(prefix))) return NO_KEY_OF_OURS;
  return isWellFormedApiKey(key) ? OPENS_NOTHING : MISTYPED;
}
