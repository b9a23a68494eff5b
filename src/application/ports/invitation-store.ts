import type { Act } from '../../domain/actor.ts';
import type { Invitation } from '../../domain/invitation.ts';

/** Invitations. A use of one is taken where somebody is stored. What a method answers is committed. */
export interface InvitationStore {
  /** Newest first. */
  list(): Promise<readonly Invitation[]>;
  /**
   * Answers false where `max` are open already; of concurrent callers one takes the last place. Of those that are over only the
   * newest `max` are kept.
   */
  create(invitation: Invitation, codeHash: Buffer, max: number, act?: Act): Promise<boolean>;
  /** Null where there is none of that id. Revoking twice keeps the first instant. */
  revoke(id: string, at: Date, act?: Act): Promise<Invitation | null>;
}
