import { holderIdOf, type Principal } from '../../domain/principal.ts';
import type { Changes } from '../changes/changes.ts';
import type { ChangesByTopic } from '../changes/changes-by-topic.ts';
import type { CountedKeys } from '../counted-keys.ts';
import type { AdminSessionStore } from '../ports/admin-session-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { OpenKeys } from './open-keys.ts';

/** Timers cannot wait longer than this; what expires later is checked again then. */
const TIMER_MAX_MS = 2_147_000_000;
/** A logout whose hint got lost is seen after so long. Those who look at the console are few, so each looks for itself. */
const SESSION_RECHECK_MS = 5_000;

export type WhenKeyEnds = ReturnType<typeof createWhenKeyEnds>;

/**
 * Calls back once when the credential stops being valid while something is open with it: its key is revoked or
 * expires, its agent is deleted, or the console's session ends. Answers the function that stops listening.
 */
export function createWhenKeyEnds({
  changes,
  clock,
  openKeys,
  openSessions,
  adminSessions,
}: {
  readonly changes: Changes;
  readonly clock: Clock;
  readonly openKeys: OpenKeys;
  /** The console's sessions that something is open with. */
  readonly openSessions: CountedKeys;
  readonly adminSessions: AdminSessionStore;
}) {
  return (principal: Principal | null, onEnd: () => void): (() => void) => {
    if (principal === null) return () => {};
    const stops: (() => void)[] = [];
    const stop = () => {
      for (const each of stops.splice(0)) each();
    };
    // A store that does not answer now is asked again next time.
    const endIfOver = (id: string) =>
      adminSessions.isSessionLive(id, clock.now()).then(
        (isLive) => isLive || end(),
        () => {},
      );
    const end = () => {
      if (stops.length === 0) return;
      stop();
      onEnd();
    };
    let stopWaiting = () => {};
    /** Of a key that is rotated the end moves while something is open with it. */
    const waitUntil = (expiresAt: Date | null) => {
      stopWaiting();
      if (expiresAt === null) return;
      const left = expiresAt.getTime() - clock.now().getTime();
      if (left <= 0) end();
      else stopWaiting = clock.after(Math.min(left, TIMER_MAX_MS), () => waitUntil(expiresAt));
    };
    stops.push(
      changes.subscribe('registry', '', (change) => {
        if (endsCredential(change, principal)) end();
        if (change.event === 'key-ends-moved' && principal.kind !== 'admin') {
          const newEnd = change.newEnds.get(principal.apiKeyId);
          // An end moves only nearer, and a session may end before its key.
          const { keyExpiresAt } = principal;
          if (newEnd) waitUntil(keyExpiresAt !== null && keyExpiresAt < newEnd ? keyExpiresAt : newEnd);
        }
      }),
    );
    const { sessionId } = principal;
    if (principal.kind !== 'admin') {
      const { apiKeyId, keyExpiresAt } = principal;
      stops.push(openKeys.hold({ apiKeyId, holderId: holderIdOf(principal), expiresAt: keyExpiresAt }));
    }
    if (sessionId !== null) {
      stops.push(
        openSessions.hold(sessionId),
        clock.every(SESSION_RECHECK_MS, () => void endIfOver(sessionId)),
      );
    }
    stops.push(() => stopWaiting());
    waitUntil(principal.kind === 'admin' ? principal.sessionExpiresAt : principal.keyExpiresAt);
    return stop;
  };
}

function endsCredential(change: ChangesByTopic['registry'], principal: Principal): boolean {
  switch (change.event) {
    case 'keys-ended':
      return principal.kind !== 'admin' && change.apiKeyIds.has(principal.apiKeyId);
    case 'agents-deleted':
      return principal.kind === 'agent' && change.agents.some(({ id }) => id === principal.agentId);
    case 'admin-sessions-ended':
      if (change.sessionIds === null) return principal.kind === 'admin' && principal.adminId === null;
      return principal.sessionId !== null && change.sessionIds.has(principal.sessionId);
    case 'agents-changed':
    case 'holders-changed':
    case 'key-ends-moved':
      return false;
  }
}
