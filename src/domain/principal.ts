/**
 * Who is asking. A transport turns a credential into one of these; use cases only ever see a Principal.
 */
export type AgentPrincipal = { readonly kind: 'agent'; readonly agentId: string; readonly apiKeyId: string };
export type SenderPrincipal = { readonly kind: 'sender'; readonly senderId: string; readonly apiKeyId: string };
export type AdminPrincipal = { readonly kind: 'admin'; readonly name: string; readonly sessionId: string };

export type Principal = AgentPrincipal | SenderPrincipal | AdminPrincipal;

/** Whoever may submit requests: senders, and agents on their own behalf. */
export type SubmittingPrincipal = AgentPrincipal | SenderPrincipal;

/** The id that a submitted request carries as its `senderId`. */
export const senderIdOf = (principal: SubmittingPrincipal): string =>
  principal.kind === 'agent' ? principal.agentId : principal.senderId;
