import { UnavailableError } from '../../domain/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { PresenceStore } from '../ports/presence-store.ts';

const RETRY_AFTER_SECONDS = 5;

export type RequireEveryNodeKnows = ReturnType<typeof createRequireEveryNodeKnows>;

/**
 * Refuses, with UnavailableError, what nodes of the release before would take for something else, for as long as one of
 * them lives: a node counts that was seen within the timeout and does not know the migration of that name.
 */
export function createRequireEveryNodeKnows({
  presence,
  clock,
  nodeTimeoutMs,
}: {
  readonly presence: Pick<PresenceStore, 'oldestKnown'>;
  readonly clock: Clock;
  readonly nodeTimeoutMs: number;
}) {
  return async (migration: string): Promise<void> => {
    const oldest = await presence.oldestKnown(new Date(clock.now().getTime() - nodeTimeoutMs));
    if (oldest !== null && oldest >= migration) return;
    throw new UnavailableError(
      'Nodes of the release before are still running, which would not understand this. Try again once all are replaced.',
      RETRY_AFTER_SECONDS,
    );
  };
}
