import type { Scope } from './scope.ts';

/**
 * Who is asking. A transport turns a credential into one of these; use cases only ever see a Principal.
 */
type KeyHolder = {
  readonly apiKeyId: string;
  /** When the key stops opening anything; what was opened with it ends then. */
  readonly keyExpiresAt: Date | null;
  /** What the key may do. */
  readonly scopes: ReadonlySet<Scope>;
  /** Whether an administrator has stopped whom the key speaks for: it reads and manages, and asks and answers nothing. */
  readonly isSuspended: boolean;
  /** Of the console that somebody logged in to with the key; null where the key itself was sent. */
  readonly sessionId: string | null;
};
export type AgentPrincipal = KeyHolder & {
  readonly kind: 'agent';
  readonly agentId: string;
  /** Whether its owner took from the agent's own keys what `agent:manage` allows. */
  readonly isManagedByOwner: boolean;
};
export type SenderPrincipal = KeyHolder & { readonly kind: 'sender'; readonly senderId: string };
/** Somebody whose agents and senders these are. */
export type OwnerPrincipal = KeyHolder & { readonly kind: 'owner'; readonly ownerId: string };
/** Somebody who decides what is held for approval, and nothing else. */
export type ApproverPrincipal = KeyHolder & { readonly kind: 'approver'; readonly approverId: string };
export type AdminPrincipal = {
  readonly kind: 'admin';
  readonly name: string;
  /** Null for whoever logged in with the one password. */
  readonly adminId: string | null;
  readonly sessionId: string;
  /** When the session ends by itself; what was opened with it ends then. */
  readonly sessionExpiresAt: Date;
};

/** Whoever comes with an API key. */
export type KeyPrincipal = AgentPrincipal | SenderPrincipal | OwnerPrincipal | ApproverPrincipal;

/** Whoever may be logged in to the console. */
export type ConsolePrincipal = OwnerPrincipal | ApproverPrincipal | AdminPrincipal;

export type Principal = KeyPrincipal | AdminPrincipal;

/** Whoever may submit requests: senders, and agents on their own behalf. */
export type SubmittingPrincipal = AgentPrincipal | SenderPrincipal;

/** The id that a submitted request carries as its `senderId`. */
export const senderIdOf = (principal: SubmittingPrincipal): string =>
  principal.kind === 'agent' ? principal.agentId : principal.senderId;

/** Whom the key speaks for. */
export function holderIdOf(principal: KeyPrincipal): string {
  switch (principal.kind) {
    case 'agent':
      return principal.agentId;
    case 'sender':
      return principal.senderId;
    case 'owner':
      return principal.ownerId;
    case 'approver':
      return principal.approverId;
  }
}
