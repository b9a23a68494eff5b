import type { AuditActorKind } from './audit-entry.ts';
import { holderIdOf, type Principal } from './principal.ts';

/** Who did something, as the audit trail names them. */
export type Actor = {
  readonly kind: AuditActorKind;
  /** Null for the administrators' one password, for whoever has no credential, and for the platform. */
  readonly id: string | null;
  /** The key that it was done with; null where it was none. */
  readonly keyId: string | null;
};

/** What no call asked for: sweeps, and what a node does when it starts. */
export const PLATFORM: Actor = { kind: 'platform', id: null, keyId: null };

/** Whoever comes without a credential. */
const NOBODY: Actor = { kind: 'anonymous', id: null, keyId: null };

export function actorOf(principal: Principal | null): Actor {
  if (principal === null) return NOBODY;
  if (principal.kind === 'admin') return { kind: 'admin', id: principal.adminId, keyId: null };
  return { kind: principal.kind, id: holderIdOf(principal), keyId: principal.apiKeyId };
}

/** Personal text that goes with an act: where it came from, and why. What the audit trail keeps of it may be erased. */
type ActDetails = Readonly<Record<string, string>>;

/** What somebody does at that moment, as it is noted with what it changes. */
export type Act = {
  readonly by: Actor;
  readonly at: Date;
  /** Null for nothing. */
  readonly details: ActDetails | null;
};

/** What the platform does by itself now. */
export const ownAct = (at = new Date()): Act => ({ by: PLATFORM, at, details: null });
