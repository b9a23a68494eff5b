import { newId } from '../../domain/new-id.ts';
import { type ApproverPrincipal, holderIdOf, type KeyPrincipal, type OwnerPrincipal } from '../../domain/principal.ts';
import { actOf } from '../audit/act.ts';
import type { FailedAuthentications } from '../audit/failed-authentications.ts';
import { isWellFormedApiKey } from '../keys/api-key-format.ts';
import { refundPoint, takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { ConsoleSessionStore } from '../ports/console-session-store.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { sha256 } from '../sha256.ts';
import { type OpenedSession, SESSION_LIFETIME_MS } from './password-logins.ts';
import { newToken } from './token.ts';

type Dependencies = {
  readonly authenticateKey: (text: string) => Promise<KeyPrincipal | null>;
  readonly consoleSessions: ConsoleSessionStore;
  readonly rateLimiter: RateLimiter;
  readonly failedAuthentications: Pick<FailedAuthentications, 'count'>;
  readonly clock: Clock;
  readonly log: Log;
};

/** Of one key at once; one more ends the one that was opened first. */
const SESSIONS_OF_KEY_MAX = 20;

/** Whether there is something for them to see: people have such keys, agents and senders are programs. */
export const isForConsole = (principal: KeyPrincipal | null): principal is OwnerPrincipal | ApproverPrincipal =>
  principal?.kind === 'owner' || principal?.kind === 'approver';

/** Logging in to the console with an owner's or an approver's key. */
export function createKeyLogins(deps: Dependencies) {
  const { authenticateKey, consoleSessions, rateLimiter, failedAuthentications, clock, log } = deps;
  /**
   * Opens a session of the key, which ends with it. `unknown` for one that opens nothing, `program` for an agent's or a
   * sender's. Those that fail have a count of their own by address, which keeps no password out, and none makes the browser a
   * known one: nobody guesses 256 bits, and anybody may have a key of their own (docs/decisions/0056). Throws
   * RateLimitedError over the limit: nothing is looked up then.
   */
  async function logInByKey(text: string, { address }: { readonly address: string }) {
    await takePoint(rateLimiter, 'failed-key-logins', address);
    const holder = await authenticateKey(text.trim());
    if (!isForConsole(holder)) {
      failedAuthentications.count('logins');
      log.warn({ address }, 'a login with a key failed');
      return holder === null ? 'unknown' : 'program';
    }
    await refundPoint(rateLimiter, 'failed-key-logins', address);
    const token = newToken();
    const createdAt = clock.now();
    const expiresAt = new Date(createdAt.getTime() + SESSION_LIFETIME_MS);
    const session = { id: newId(), tokenHash: sha256(token), createdAt, expiresAt };
    if (!(await consoleSessions.insertOfKey(holder.apiKeyId, session, SESSIONS_OF_KEY_MAX, actOf(holder, createdAt))))
      return 'unknown';
    const { kind, apiKeyId } = holder;
    log.info(
      { sessionId: session.id, kind, holderId: holderIdOf(holder), apiKeyId, address },
      'somebody logged in with a key',
    );
    return { token, expiresAt } satisfies OpenedSession;
  }

  return { logInByKey };
}

/** Whether somebody typed a key, and not a password. */
export const isKey = (typed: string): boolean => isWellFormedApiKey(typed.trim());
