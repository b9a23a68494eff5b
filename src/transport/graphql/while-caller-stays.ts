import type { EventQueue } from '../../application/event-queue.ts';
import { UnauthenticatedError } from '../../domain/errors.ts';
import { untilClosed } from '../until-closed.ts';
import type { GraphQLContext } from './context.ts';

/**
 * Ends a subscription's events when its caller is gone, also one who left while it was being opened, and with
 * UnauthenticatedError as soon as the key that it was opened with is revoked or has expired: scopes are checked when
 * it is opened, this holds while it is open.
 */
export function whileCallerStays<Event>(
  { app, principal, connection }: Pick<GraphQLContext, 'app' | 'principal' | 'connection'>,
  events: EventQueue<Event>,
): EventQueue<Event> {
  const stopWatchingKey = app.keys.whenKeyEnds(principal, () => events.fail(new UnauthenticatedError()));
  const stopListening = untilClosed(connection, () => void events.return());
  return events.onEnd(stopWatchingKey).onEnd(stopListening);
}
