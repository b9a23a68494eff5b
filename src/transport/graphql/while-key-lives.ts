import type { Application } from '../../application/application.ts';
import type { EventQueue } from '../../application/event-queue.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';

/**
 * Ends a subscription's events with UnauthenticatedError as soon as the key that it was opened with is revoked or has
 * expired: scopes are checked when it is opened, this holds while it is open.
 */
export function whileKeyLives<Event>(
  app: Pick<Application, 'keys'>,
  principal: Principal | null,
  events: EventQueue<Event>,
): EventQueue<Event> {
  const stop = app.keys.whenKeyEnds(principal, () => events.fail(new UnauthenticatedError()));
  return events.onEnd(stop);
}
