import { ForbiddenError, UnauthenticatedError } from '../domain/errors.ts';
import type { AdminPrincipal, AgentPrincipal, Principal, SubmittingPrincipal } from '../domain/principal.ts';

const NEEDED = {
  admin: 'This is for administrators.',
  agent: "This needs an agent's API key.",
  keyHolder: "This needs a sender's or an agent's API key.",
  ownerOf: "This needs that agent's own API key.",
} as const;

/** What it takes to be let in, besides being known. */
export type Needed = keyof typeof NEEDED;

/** Why somebody who is known is not let in. It never tells whether what was asked for exists. */
export function forbidden(principal: Principal, needed: Needed): ForbiddenError {
  const isSendersKey = principal.kind === 'sender' && (needed === 'agent' || needed === 'ownerOf');
  return new ForbiddenError(
    isSendersKey ? "This needs an agent's API key, and the one that was sent is a sender's." : NEEDED[needed],
  );
}

/** Anybody with a valid credential. */
export function requirePrincipal(principal: Principal | null): Principal {
  if (principal === null) throw new UnauthenticatedError();
  return principal;
}

/** An agent's own key. */
export function requireAgent(principal: Principal | null): AgentPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind !== 'agent') throw forbidden(known, 'agent');
  return known;
}

/** The cookie of the admin login. */
export function requireAdmin(principal: Principal | null): AdminPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind !== 'admin') throw forbidden(known, 'admin');
  return known;
}

/** A sender's or an agent's key: whoever may submit. */
export function requireKeyHolder(principal: Principal | null): SubmittingPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind === 'admin') throw forbidden(known, 'keyHolder');
  return known;
}

/**
 * The agent itself, or an admin. Anybody else gets the same answer for a known agent as for an unknown one.
 */
export function requireOwner(principal: Principal | null, agentId: string): void {
  const known = requirePrincipal(principal);
  if (!isOwner(known, agentId)) throw forbidden(known, 'ownerOf');
}

export const isOwner = (principal: Principal | null, agentId: string): boolean =>
  principal !== null && (principal.kind === 'admin' || (principal.kind === 'agent' && principal.agentId === agentId));

/** The request's sender, its agent, or an admin. */
export function isParty(principal: Principal | null, request: { senderId: string; agentId: string }): boolean {
  if (principal === null) return false;
  if (principal.kind === 'admin') return true;
  if (principal.kind === 'sender') return principal.senderId === request.senderId;
  return principal.agentId === request.agentId || principal.agentId === request.senderId;
}
