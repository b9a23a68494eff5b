import type { Principal } from '../domain/principal.ts';
import type { Bus } from './ports/bus.ts';
import type { Clock } from './ports/clock.ts';

/** Timers cannot wait longer than this; a key that expires later is looked at again then. */
const TIMER_MAX_MS = 2_147_000_000;

/**
 * Calls back once when the credential stops being valid while something is open with it: its key is revoked or
 * expires, or its agent is deleted. Answers the function that stops listening.
 */
export function createWhenKeyEnds({ bus, clock }: { readonly bus: Bus; readonly clock: Clock }) {
  return (principal: Principal | null, onEnd: () => void): (() => void) => {
    if (principal === null || principal.kind === 'admin') return () => {};
    const stops: (() => void)[] = [];
    const stop = () => {
      for (const each of stops.splice(0)) each();
    };
    const end = () => {
      if (stops.length === 0) return;
      stop();
      onEnd();
    };
    stops.push(
      bus.subscribe('registry', '', (message) => {
        if (message.event === 'key-revoked' && message.apiKeyId === principal.apiKeyId) end();
        const deletedId = message.event === 'agent-deleted' ? message.agentId : null;
        if (principal.kind === 'agent' && deletedId === principal.agentId) end();
      }),
    );
    const { keyExpiresAt } = principal;
    if (keyExpiresAt !== null) {
      const waitForExpiry = () => {
        const left = keyExpiresAt.getTime() - clock.now().getTime();
        if (left <= 0) end();
        else stops.push(clock.after(Math.min(left, TIMER_MAX_MS), waitForExpiry));
      };
      waitForExpiry();
    }
    return stop;
  };
}
