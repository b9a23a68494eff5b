import { ForbiddenError, UnauthenticatedError } from '../domain/errors.ts';
import type { AdminPrincipal, AgentPrincipal, Principal, SubmittingPrincipal } from '../domain/principal.ts';

/** Anybody with a valid credential. */
export function requirePrincipal(principal: Principal | null): Principal {
  if (principal === null) throw new UnauthenticatedError();
  return principal;
}

/** An agent's own key. */
export function requireAgent(principal: Principal | null): AgentPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind !== 'agent') throw new ForbiddenError("This needs an agent's API key.");
  return known;
}

/** The cookie of the admin login. */
export function requireAdmin(principal: Principal | null): AdminPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind !== 'admin') throw new ForbiddenError('This is for administrators.');
  return known;
}

/** A sender's or an agent's key: whoever may submit. */
export function requireKeyHolder(principal: Principal | null): SubmittingPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind === 'admin') throw new ForbiddenError("This needs a sender's or an agent's API key.");
  return known;
}

/**
 * The agent itself, or an admin. Anybody else gets the same answer for a known agent as for an unknown one.
 */
export function requireOwner(principal: Principal | null, agentId: string): void {
  const known = requirePrincipal(principal);
  if (!isOwner(known, agentId)) throw new ForbiddenError("This needs that agent's own API key.");
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
