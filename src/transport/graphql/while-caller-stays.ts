import { UnauthenticatedError } from '../../domain/errors.ts';
import { untilClosed } from '../until-closed.ts';
import type { GraphQLContext } from './context.ts';

/** A subscription's events, which either side can end. */
type Endable = {
  return(): Promise<unknown>;
  fail(error: unknown): void;
  /** Calls back once when it ends; at once if it has. */
  onEnd(listener: () => void): unknown;
};

/**
 * Ends a subscription's events when its caller is gone, also one who left while it was being opened, and with
 * UnauthenticatedError as soon as the key that it was opened with is revoked or has expired: scopes are checked when
 * it is opened, this holds while it is open.
 */
export function whileCallerStays<Events extends Endable>(
  { app, principal, connection }: Pick<GraphQLContext, 'app' | 'principal' | 'connection'>,
  events: Events,
): Events {
  const stopWatchingKey = app.keys.whenKeyEnds(principal, () => events.fail(new UnauthenticatedError()));
  const stopListening = untilClosed(connection, () => void events.return());
  events.onEnd(stopWatchingKey);
  events.onEnd(stopListening);
  return events;
}
