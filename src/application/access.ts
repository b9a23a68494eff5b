import { ForbiddenError, UnauthenticatedError } from '../domain/errors.ts';
import type { AdminPrincipal, AgentPrincipal, Principal, SubmittingPrincipal } from '../domain/principal.ts';
import type { Scope } from '../domain/scope.ts';

/**
 * Who may do what, in one place (docs/decisions/0046): whose credential it takes, and which scope a key needs besides.
 * What a key's kind does not allow is told first, then the scope that it lacks, and then that something is not its own:
 * none of the three tells whether what was asked for exists.
 */

const NEEDED = {
  admin: 'This is for administrators.',
  agent: "This needs an agent's API key.",
  keyHolder: "This needs a sender's or an agent's API key.",
  agentItself: "This needs that agent's own API key.",
} as const;

/** What it takes to be let in, besides being known. */
export type Needed = keyof typeof NEEDED;

/** Why somebody who is known is not let in. It never tells whether what was asked for exists. */
export function forbidden(principal: Principal, needed: Needed): ForbiddenError {
  const isSendersKey = principal.kind === 'sender' && (needed === 'agent' || needed === 'agentItself');
  return new ForbiddenError(
    isSendersKey ? "This needs an agent's API key, and the one that was sent is a sender's." : NEEDED[needed],
  );
}

/** Why a key that is limited to other scopes is not let in. */
export const lacking = (scope: Scope): ForbiddenError =>
  new ForbiddenError(`This key lacks the scope "${scope}".`, scope);

/** Anybody with a valid credential. */
export function requirePrincipal(principal: Principal | null): Principal {
  if (principal === null) throw new UnauthenticatedError();
  return principal;
}

/** Administrators may do all that there is for them. */
export const hasScope = (principal: Principal, scope: Scope): boolean =>
  principal.kind === 'admin' || principal.scopes.has(scope);

/** A key of that scope, or an admin. */
export function requireScope<Known extends Principal>(principal: Known | null, scope: Scope): Known {
  if (principal === null) throw new UnauthenticatedError();
  if (!hasScope(principal, scope)) throw lacking(scope);
  return principal;
}

/** An agent's own key. */
export function requireAgent(principal: Principal | null, scope: Scope): AgentPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind !== 'agent') throw forbidden(known, 'agent');
  return requireScope(known, scope);
}

/** The cookie of the admin login. */
export function requireAdmin(principal: Principal | null): AdminPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind !== 'admin') throw forbidden(known, 'admin');
  return known;
}

/** A sender's or an agent's key: whoever may submit. */
export function requireSubmitter(principal: Principal | null): SubmittingPrincipal {
  const known = requirePrincipal(principal);
  if (known.kind === 'admin') throw forbidden(known, 'keyHolder');
  return known;
}

/** What it takes to list, make and revoke the keys of whoever holds the key. */
export const KEYS_SCOPES = { agent: 'agent:manage', sender: 'sender:manage' } as const;

/** Whoever may list, make and revoke the keys of its own kind's holder. */
export function requireKeysManager(principal: Principal | null): SubmittingPrincipal {
  const known = requireSubmitter(principal);
  return requireScope(known, KEYS_SCOPES[known.kind]);
}

/**
 * The agent itself by a key of that scope, or an admin. Anybody else gets the same answer for a known agent as for an
 * unknown one.
 */
export function requireAgentItself(principal: Principal | null, agentId: string, scope: Scope): void {
  const known = requirePrincipal(principal);
  if (known.kind === 'agent') requireScope(known, scope);
  if (!isAgentItself(known, agentId)) throw forbidden(known, 'agentItself');
}

/** Whoever runs the agent: itself by a key that may manage it, or an admin. Otherwise as `requireAgentItself`. */
export const requireManagerOf = (principal: Principal | null, agentId: string): void =>
  requireAgentItself(principal, agentId, 'agent:manage');

export const isManagerOf = (principal: Principal | null, agentId: string): boolean =>
  principal !== null && isAgentItself(principal, agentId) && hasScope(principal, 'agent:manage');

export const isAgentItself = (principal: Principal, agentId: string): boolean =>
  principal.kind === 'admin' || (principal.kind === 'agent' && principal.agentId === agentId);

/** The request's sender, its agent, or an admin. */
export function isParty(principal: Principal | null, request: { senderId: string; agentId: string }): boolean {
  if (principal === null) return false;
  if (principal.kind === 'admin') return true;
  if (principal.kind === 'sender') return principal.senderId === request.senderId;
  return principal.agentId === request.agentId || principal.agentId === request.senderId;
}
