import { PASSWORD_ADMIN_NAME } from '../../domain/admin-account.ts';
import type { ConsolePrincipal, KeyPrincipal, Principal } from '../../domain/principal.ts';
import type { Changes } from '../changes/changes.ts';
import type { AdminSessionStore, ConsoleSession } from '../ports/admin-session-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { sha256 } from '../sha256.ts';
import { isForConsole } from './key-logins.ts';
import { logActOfAdmin } from './log-act.ts';
import { isToken } from './token.ts';

type Dependencies = {
  readonly adminSessions: AdminSessionStore;
  /** Whose key has that SHA-256; null for one that opens nothing. */
  readonly authenticateByHash: (hash: string) => Promise<KeyPrincipal | null>;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** The sessions of everybody who is logged in to the console: administrators, owners and approvers. */
export function createConsoleSessions({ adminSessions, authenticateByHash, changes, clock, log }: Dependencies) {
  /** Whose session the token opens; null for one that is unknown, ended or expired, without telling which. */
  async function authenticateConsole(token: string): Promise<ConsolePrincipal | null> {
    if (!isToken(token)) return null;
    const session = await adminSessions.sessionByTokenHash(sha256(token), clock.now());
    if (session === null) return null;
    const { id: sessionId, expiresAt: sessionExpiresAt, adminId, adminName, apiKeyHash } = session;
    if (apiKeyHash === null) {
      return { kind: 'admin', name: adminName ?? PASSWORD_ADMIN_NAME, adminId, sessionId, sessionExpiresAt };
    }
    const holder = await authenticateByHash(apiKeyHash.toString('hex'));
    return isForConsole(holder) ? { ...holder, ...lifeOf(holder, session) } : null;
  }

  /** Ends the session on every node, with whatever is open with it. Nothing for whoever has none, such as a key itself. */
  async function logOut(principal: Principal | null): Promise<void> {
    const sessionId = principal?.sessionId ?? null;
    if (sessionId === null) return;
    await adminSessions.deleteSession(sessionId);
    logActOfAdmin(log, principal, 'log out', {});
    changes.publish('registry', '', { event: 'admin-sessions-ended', sessionIds: new Set([sessionId]) });
  }

  return { authenticateConsole, logOut };
}

/** What a key opens through a session ends with either. */
function lifeOf({ keyExpiresAt }: KeyPrincipal, { id: sessionId, expiresAt }: ConsoleSession) {
  const endsFirst = keyExpiresAt === null || expiresAt < keyExpiresAt ? expiresAt : keyExpiresAt;
  return { sessionId, keyExpiresAt: endsFirst };
}
