import type { Principal } from '../../domain/principal.ts';
import type { Log } from '../ports/log.ts';

/** What administrators do that others see something of. */
export type ActOfAdmin =
  | 'log out'
  | 'change an agent'
  | 'delete an agent'
  | "issue an owner's key"
  | 'make a key'
  | 'rotate a key'
  | 'make an approver'
  | 'remove an approver'
  | 'publish a document'
  | 'revoke a key'
  | 'cancel a request'
  | 'decide about an approval'
  | 'submit a test request'
  | 'create an administrator'
  | 'remove an administrator'
  | 'create an invitation'
  | 'revoke an invitation'
  | 'release a handle'
  | 'resume a sender'
  | 'resume an agent'
  | 'lift a quarantine'
  | 'suspend a sender'
  | 'suspend an agent'
  | "set an agent's limits"
  | "set a sender's limit"
  | "remove a sender's limit"
  | 'set how approvals go'
  | 'set a webhook'
  | 'remove a webhook'
  | 'add an authenticator app'
  | 'add a passkey'
  | 'remove a passkey';

/** Says who did what to whom, where it was an administrator; of anybody else it is theirs to do. */
export function logActOfAdmin(log: Log, principal: Principal | null, act: ActOfAdmin, on: object): void {
  if (principal?.kind !== 'admin') return;
  log.info({ act, admin: principal.name, sessionId: principal.sessionId, ...on }, 'an administrator acted');
}
