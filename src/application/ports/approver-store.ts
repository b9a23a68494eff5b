import type { Act } from '../../domain/actor.ts';
import type { Approver } from '../../domain/approver.ts';
import type { NewApiKey } from './api-key-store.ts';

/**
 * Approvers. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown.
 * Texts are well-formed and free of NUL: callers check.
 */
export interface ApproverStore {
  /**
   * Stores the approver with its first key. Answers the agent that has `max` approvers already (counted and inserted
   * atomically), or that is gone.
   */
  insert(
    approver: Approver,
    key: NewApiKey,
    max: number,
    act?: Act,
  ): Promise<'inserted' | { readonly full: string } | { readonly gone: string }>;
  /** In the order of the ids, removed ones included; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Approver | null)[]>;
  /** Per agent, in the order of the ids: those that may decide for it now, oldest first. */
  ofAgents(agentIds: readonly string[]): Promise<readonly (readonly Approver[])[]>;
  /** Those that the owner made and that were not removed, oldest first. */
  ofOwner(ownerId: string): Promise<readonly Approver[]>;
  /** The ids of those that the owner made, removed ones included; of the newest so many at most. */
  idsMadeBy(ownerId: string, max: number): Promise<readonly string[]>;
  /**
   * Removes the approver with its keys, sessions and links, and with what it was to be told. Null where it is not there
   * any more.
   */
  remove(
    id: string,
    at: Date,
    act?: Act,
  ): Promise<{ readonly approver: Approver; readonly apiKeyIds: readonly string[] } | null>;
}
