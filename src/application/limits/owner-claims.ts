import type { AgentRules } from '../../domain/limits.ts';
import type { BindingLimit } from '../ports/call.ts';
import type { Claim, Standing } from '../ports/rate-limiter.ts';

export const MINUTE_SECONDS = 60;
/** From the first request on, and not from midnight: no time zone is everybody's. */
const DAY_SECONDS = 24 * 60 * 60;

/** A point of a limit that an owner set. Only of its own share of it a sender is told how much is left. */
export type OwnerClaim = Claim & { readonly isOfSender: boolean };

/** What a request of the sender to the agent takes a point of: what the owner set for all together, and for each. */
export function ownerClaims(agentId: string, senderId: string, { limits, senders }: AgentRules): readonly OwnerClaim[] {
  const own = senders.get(senderId);
  if (limits === null && own === undefined) return NONE;
  return [
    ...claim(false, agentId, limits?.perMinute, MINUTE_SECONDS),
    ...claim(false, agentId, limits?.perDay, DAY_SECONDS),
    ...claim(true, `${agentId} ${senderId}`, own?.perMinute ?? limits?.perSenderPerMinute, MINUTE_SECONDS),
    ...claim(true, `${agentId} ${senderId}`, own?.perDay ?? limits?.perSenderPerDay, DAY_SECONDS),
  ];
}

const NONE: readonly OwnerClaim[] = [];

/** How many of the sender's may be unfinished at the agent; null where its owner says nothing. */
export const openAllowed = ({ limits, senders }: AgentRules, senderId: string): number | null =>
  senders.get(senderId)?.open ?? limits?.openPerSender ?? null;

const claim = (
  isOfSender: boolean,
  key: string,
  points: number | null | undefined,
  windowSeconds: number,
): readonly OwnerClaim[] =>
  points == null ? NONE : [{ policy: isOfSender ? 'agent-sender' : 'agent', key, points, windowSeconds, isOfSender }];

/** How the sender's share stands: of minute and day the one of which fewer are left; null where there is none. */
export function bindingOf(claims: readonly OwnerClaim[], standings: readonly Standing[]): BindingLimit | null {
  let binding: BindingLimit | null = null;
  for (const [at, { key, points, windowSeconds, isOfSender }] of claims.entries()) {
    const standing = standings[at];
    if (!isOfSender || !standing) continue;
    const { remaining, resetSeconds } = standing;
    // Of two that are used up the one counts that is so for longer.
    if (
      binding &&
      (binding.remaining < remaining || (binding.remaining === remaining && binding.resetSeconds > resetSeconds))
    )
      continue;
    binding = { policy: 'agent', partition: key, quota: points, windowSeconds, remaining, resetSeconds };
  }
  return binding;
}
