import { type Act, actorOf } from '../../domain/actor.ts';
import type { Principal } from '../../domain/principal.ts';
import { currentCall } from '../ports/call.ts';

/** What somebody asked for, with where that came from, and whatever else they said that is theirs, such as a reason. */
export function actOf(
  principal: Principal | null,
  at: Date,
  personal: Readonly<Record<string, string | null>> = {},
): Act {
  const call = currentCall();
  const said = {
    address: call?.address ?? null,
    userAgent: call?.userAgent ?? null,
    // Administrators' keys are their sessions.
    session: principal?.sessionId ?? null,
    ...personal,
  };
  const details = Object.fromEntries(Object.entries(said).filter((each): each is [string, string] => !!each[1]));
  return { by: actorOf(principal), at, details: Object.keys(details).length > 0 ? details : null };
}
