import { ForbiddenError, UnauthenticatedError } from '../domain/errors.ts';
import type {
  AdminPrincipal,
  AgentPrincipal,
  ApproverPrincipal,
  OwnerPrincipal,
  Principal,
  SubmittingPrincipal,
} from '../domain/principal.ts';
import { isHiddenFromAgent, type Request } from '../domain/request.ts';
import type { Scope } from '../domain/scope.ts';

/**
 * Who may do what, in one place (docs/decisions/0046): whose credential it takes, and which scope a key needs besides.
 * What a key's kind does not allow is told first, then the scope that it lacks, and then that something is not its own:
 * none of the three tells whether what was asked for exists.
 */

const NEEDED = {
  admin: 'This is for administrators.',
  agent: "This needs an agent's API key.",
  agentItself: "This needs that agent's own API key.",
  approversManager: "This needs the API key of that approver's owner.",
  approver: "This needs an owner's or an approver's API key.",
  auditReader: "This needs an owner's, a sender's or an agent's API key.",
  keyHolder: "This needs a sender's or an agent's API key.",
  keysManager: "This needs a sender's, an agent's or an owner's API key.",
  managerOf: "This needs that agent's own API key, or its owner's.",
  owner: "This needs an owner's API key.",
  senderItself: "This needs that sender's own API key.",
  ownerItself: "This needs that owner's own API key.",
  ownerOf: "This needs the API key of that agent's owner.",
} as const;

/** What it takes to be let in, besides being known. */
export type Needed = keyof typeof NEEDED;

/** What no sender's key is. */
const OF_AGENTS: Readonly<Partial<Record<Needed, string>>> = {
  agent: "an agent's",
  agentItself: "an agent's",
  managerOf: "an agent's or its owner's",
};

/** Whose the agent of that id is; null for nobody's, and where there is no such agent. */
export type OwnerOf = (agentId: string) => Promise<string | null>;

/** Why somebody who is known is not let in. It never tells whether what was asked for exists. */
export function forbidden(principal: Principal, needed: Needed): ForbiddenError {
  const ofAgents = OF_AGENTS[needed];
  return new ForbiddenError(
    principal.kind === 'sender' && ofAgents
      ? `This needs ${ofAgents} API key, and the one that was sent is a sender's.`
      : NEEDED[needed],
  );
}

/** Why a key is not let in that may not do what the scope allows. */
export function lacking(principal: Principal, scope: Scope): ForbiddenError {
  if (scope === 'agent:manage' && principal.kind === 'agent' && principal.isManagedByOwner) {
    return new ForbiddenError("The agent's owner manages it: its own keys may not.");
  }
  return new ForbiddenError(`This key lacks the scope "${scope}".`, scope);
}

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
  if (!hasScope(principal, scope)) throw lacking(principal, scope);
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
  if (!isSubmitter(known)) throw forbidden(known, 'keyHolder');
  return known;
}

export const isSubmitter = (principal: Principal): principal is SubmittingPrincipal =>
  principal.kind === 'agent' || principal.kind === 'sender';

/** Whoever may call off what it sent, or an admin, who may call off anything. */
export function requireCanceller(principal: Principal | null): SubmittingPrincipal | AdminPrincipal {
  const known = requirePrincipal(principal);
  return known.kind === 'admin' ? known : requireSubmitter(known);
}

/** An owner's or an approver's key of that scope, or an admin: whoever may have a say in what is held for approval. */
export function requireApprover(
  principal: Principal | null,
  scope: Extract<Scope, `approvals:${string}`>,
): OwnerPrincipal | ApproverPrincipal | AdminPrincipal {
  const known = requirePrincipal(principal);
  if (!mayBeApprover(known)) throw forbidden(known, 'approver');
  return requireScope(known, scope);
}

export const mayBeApprover = (principal: Principal): principal is OwnerPrincipal | ApproverPrincipal | AdminPrincipal =>
  principal.kind === 'owner' || principal.kind === 'approver' || principal.kind === 'admin';

/** Whoever has a part in the audit trail: an owner's, a sender's or an agent's key that may read it, or an admin. */
export function requireAuditReader(principal: Principal | null): Exclude<Principal, ApproverPrincipal> {
  const known = requirePrincipal(principal);
  if (known.kind === 'approver') throw forbidden(known, 'auditReader');
  return requireScope(known, 'audit:read');
}

/** What it takes to list, make and revoke the keys of whoever holds the key; approvers' keys are their owners' affair. */
export const KEYS_SCOPES = { agent: 'agent:manage', owner: 'owner:manage', sender: 'sender:manage' } as const;

export type KeysManager = SubmittingPrincipal | OwnerPrincipal;

/** Whoever may list, make and revoke the keys of its own kind's holder. */
export function requireKeysManager(principal: Principal | null): KeysManager {
  const known = requirePrincipal(principal);
  if (known.kind === 'admin' || known.kind === 'approver') throw forbidden(known, 'keysManager');
  return requireScope(known, KEYS_SCOPES[known.kind]);
}

/** What it takes to run an agent, by whose key it is. */
export const MANAGING_SCOPES = { agent: 'agent:manage', owner: 'owner:manage' } as const;

/** The agent itself, or an admin. Anybody else gets the same answer for a known agent as for an unknown one. */
export function requireAgentItself(principal: Principal | null, agentId: string, scope: Scope): void {
  const known = requirePrincipal(principal);
  if (known.kind === 'agent') requireScope(known, scope);
  if (!isAgentItself(known, agentId)) throw forbidden(known, 'agentItself');
}

/** Whoever runs the agent: itself by a key that may manage it, its owner, or an admin. Otherwise as `requireAgentItself`. */
export async function requireManagerOf(
  principal: Principal | null,
  agentId: string,
  ownerOf: OwnerOf,
): Promise<Principal> {
  const known = requirePrincipal(principal);
  const missing = managingScopeMissing(known);
  if (missing) throw lacking(known, missing);
  if (!(await isManagerOf(known, agentId, ownerOf))) throw forbidden(known, 'managerOf');
  return known;
}

/** The scope for want of which it runs no agent at all. */
export const managingScopeMissing = (principal: Principal): Scope | null => {
  if (principal.kind !== 'agent' && principal.kind !== 'owner') return null;
  const scope = MANAGING_SCOPES[principal.kind];
  return hasScope(principal, scope) ? null : scope;
};

export const isManagerOf = async (principal: Principal | null, agentId: string, ownerOf: OwnerOf): Promise<boolean> =>
  principal !== null &&
  managingScopeMissing(principal) === null &&
  (isAgentItself(principal, agentId) || (await owns(principal, agentId, ownerOf)));

/** An owner's key that may manage, or an admin. */
export function requireOwnerOrAdmin(principal: Principal | null): OwnerPrincipal | AdminPrincipal {
  const known = requirePrincipal(principal);
  if (!isOwnerOrAdmin(known)) throw forbidden(known, 'owner');
  return requireScope(known, 'owner:manage');
}

export const isOwnerOrAdmin = (principal: Principal): principal is OwnerPrincipal | AdminPrincipal =>
  principal.kind === 'owner' || principal.kind === 'admin';

/** The agent's owner, or an admin; never the agent's own key. Otherwise as `requireAgentItself`. */
export async function requireOwnerOf(
  principal: Principal | null,
  agentId: string,
  ownerOf: OwnerOf,
  scope: Scope = 'owner:manage',
): Promise<OwnerPrincipal | AdminPrincipal> {
  const known = requirePrincipal(principal);
  if (known.kind === 'owner') requireScope(known, scope);
  if (!(await isOwnerOf(known, agentId, ownerOf, scope))) throw forbidden(known, 'ownerOf');
  return known as OwnerPrincipal | AdminPrincipal;
}

export const isOwnerOf = async (
  principal: Principal | null,
  agentId: string,
  ownerOf: OwnerOf,
  scope: Scope = 'owner:manage',
): Promise<boolean> =>
  principal !== null &&
  (principal.kind === 'admin' || (hasScope(principal, scope) && (await owns(principal, agentId, ownerOf))));

/** The sender of that id by a key that may manage it, or an admin. */
export function requireSenderItself(principal: Principal | null, senderId: string): void {
  const known = requireScope(principal, 'sender:manage');
  const isItself = known.kind === 'sender' && known.senderId === senderId;
  if (known.kind !== 'admin' && !isItself) throw forbidden(known, 'admin');
}

/** The owner of that id by a key that may manage its agents, or an admin. */
export const isOwnerItself = (principal: Principal, ownerId: string): boolean =>
  principal.kind === 'admin' ||
  (principal.kind === 'owner' && principal.ownerId === ownerId && hasScope(principal, 'owner:manage'));

/** Whoever reads what was sent to the agent: itself, its owner, or an admin. Otherwise as `requireAgentItself`. */
export async function requireReaderOf(principal: Principal | null, agentId: string, ownerOf: OwnerOf): Promise<void> {
  const known = requireScope(principal, 'requests:read');
  if (!(await isReaderOf(known, agentId, ownerOf))) throw forbidden(known, 'managerOf');
}

export const isReaderOf = async (principal: Principal | null, agentId: string, ownerOf: OwnerOf): Promise<boolean> =>
  principal !== null && (isAgentItself(principal, agentId) || (await owns(principal, agentId, ownerOf)));

const owns = async (principal: Principal, agentId: string, ownerOf: OwnerOf): Promise<boolean> =>
  principal.kind === 'owner' && (await ownerOf(agentId)) === principal.ownerId;

export const isAgentItself = (principal: Principal, agentId: string): boolean =>
  principal.kind === 'admin' || (principal.kind === 'agent' && principal.agentId === agentId);

/**
 * The request's sender, its agent, that agent's owner, or an admin. To the agent's own key one that nobody approved does
 * not exist: it lies in the process that the request wants to influence.
 */
export async function isParty(
  principal: Principal | null,
  request: Pick<Request, 'senderId' | 'agentId' | 'status' | 'isHeld'>,
  ownerOf: OwnerOf,
): Promise<boolean> {
  switch (principal?.kind) {
    case undefined:
    case 'approver':
      return false;
    case 'admin':
      return true;
    case 'sender':
      return principal.senderId === request.senderId;
    case 'agent':
      if (principal.agentId === request.senderId) return true;
      return principal.agentId === request.agentId && !isHiddenFromAgent(request);
    case 'owner':
      return owns(principal, request.agentId, ownerOf);
  }
}

/** Approvers see what was asked and where it stands; what the agent made of it is between the parties. */
export const isToldOutcomes = (principal: Principal | null): boolean =>
  principal !== null && principal.kind !== 'approver';
