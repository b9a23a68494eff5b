import type { Act } from '../../domain/actor.ts';
import type { Owner } from '../../domain/owner.ts';
import type { NewApiKey } from './api-key-store.ts';

/** An owner that is about to be stored, with its first key. */
export type NewOwner = Owner & { readonly key: NewApiKey };

/** Owners. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown. */
export interface OwnerStore {
  /**
   * Stores the key for the agent's owner, and that owner where it has none yet. Answers the owner; null where there is no
   * such agent, `full` where its owner has `max.live` live keys already. Of those that ended only the newest `max.ended`
   * are kept.
   */
  issueKey(
    agentId: string,
    owner: NewOwner,
    max: { readonly live: number; readonly ended: number },
    act?: Act,
  ): Promise<Owner | 'full' | null>;
  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Owner | null)[]>;
}
