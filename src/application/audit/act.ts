import { type Act, type Actor, actorOf } from '../../domain/actor.ts';
import type { Principal } from '../../domain/principal.ts';
import { currentCall } from '../ports/call.ts';

type Personal = Readonly<Record<string, string | null>>;

/** What somebody asked for, with where that came from, and whatever else they said that is theirs, such as a reason. */
export const actOf = (principal: Principal | null, at: Date, personal: Personal = {}): Act =>
  // Administrators' keys are their sessions.
  actBy(actorOf(principal), at, { session: principal?.sessionId ?? null, ...personal });

/** The same of somebody who is just logging in. */
export function actBy(by: Actor, at: Date, personal: Personal = {}): Act {
  const call = currentCall();
  const said = { address: call?.address ?? null, userAgent: call?.userAgent ?? null, ...personal };
  const details = Object.fromEntries(Object.entries(said).filter((each): each is [string, string] => !!each[1]));
  return { by, at, details: Object.keys(details).length > 0 ? details : null };
}
