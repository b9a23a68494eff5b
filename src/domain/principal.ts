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
};
export type AgentPrincipal = KeyHolder & { readonly kind: 'agent'; readonly agentId: string };
export type SenderPrincipal = KeyHolder & { readonly kind: 'sender'; readonly senderId: string };
export type AdminPrincipal = {
  readonly kind: 'admin';
  readonly name: string;
  /** Null for whoever logged in with the one password. */
  readonly adminId: string | null;
  readonly sessionId: string;
  /** When the session ends by itself; what was opened with it ends then. */
  readonly sessionExpiresAt: Date;
};

export type Principal = AgentPrincipal | SenderPrincipal | AdminPrincipal;

/** Whoever may submit requests: senders, and agents on their own behalf. */
export type SubmittingPrincipal = AgentPrincipal | SenderPrincipal;

/** The id that a submitted request carries as its `senderId`. */
export const senderIdOf = (principal: SubmittingPrincipal): string =>
  principal.kind === 'agent' ? principal.agentId : principal.senderId;
