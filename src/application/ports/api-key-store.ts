import type { Act } from '../../domain/actor.ts';
import type { ApiKey, ApiKeyKind } from '../../domain/api-key.ts';

/** A key about to be stored: the hash is the SHA-256 of the whole key. */
export type NewApiKey = {
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly hash: Buffer;
  readonly prefix: string;
  readonly scopes: readonly string[];
  /** Held to the scopes; otherwise it has all of its kind. */
  readonly isLimited: boolean;
  readonly label: string | null;
  readonly expiresAt: Date | null;
};

/** A key as whoever shows it is known by: with what its holder's record says of it. */
export type FoundApiKey = ApiKey & {
  /** Whether it is of an agent whose owner took from its keys what `agent:manage` allows. */
  readonly isManagedByOwner: boolean;
  /** Whether an administrator has stopped its holder. */
  readonly isSuspended: boolean;
};

/**
 * Keys of agents, senders, owners and approvers; the first one is stored with its holder. Every method is one
 * transaction; what it answers is committed. Ids that are not UUIDs are simply unknown.
 */
export interface ApiKeyStore {
  /**
   * The key of that hash, whatever its state: callers check `revokedAt` and `expiresAt`. Null when there is none.
   */
  byHash(hash: Buffer): Promise<FoundApiKey | null>;
  /** Whatever its state. Null when there is none. */
  byId(id: string): Promise<ApiKey | null>;
  /** Newest first, revoked ones included; per holder, in the order of the ids. */
  byHolders(holderIds: readonly string[]): Promise<readonly (readonly ApiKey[])[]>;
  /**
   * Answers null when the holder already has `max.live` keys that are live at that moment (counted and inserted
   * atomically), or is gone. Of those that ended only the newest `max.ended` are kept.
   */
  insert(
    holderId: string,
    key: NewApiKey,
    max: { readonly live: number; readonly ended: number },
    at: Date,
    act?: Act,
  ): Promise<ApiKey | null>;
  /**
   * Ends a live key of the holder's at that moment, or sooner if it was to end sooner, and stores another one, as `insert`
   * does: both or neither. Null where the former is not live any more, or the holder is gone; 'changed' where it is not as
   * it was read: of several who replace it at once one does.
   */
  replace(
    former: Pick<ApiKey, 'id' | 'isReplaced' | 'expiresAt'>,
    formerEndsAt: Date,
    holderId: string,
    key: NewApiKey,
    max: { readonly live: number; readonly ended: number },
    at: Date,
    act?: Act,
  ): Promise<{ readonly key: ApiKey; readonly former: ApiKey } | 'full' | 'changed' | null>;
  /** By its id, scoped to the holder unless that is null (an admin). Revoking twice keeps the first instant. */
  revoke(holderId: string | null, id: string, at: Date, act?: Act): Promise<ApiKey | null>;
  /** Those of the ids whose key is neither revoked nor expired at that moment, nor gone; and when each expires. */
  endsOfLive(ids: readonly string[], at: Date): Promise<ReadonlyMap<string, Date | null>>;
  /**
   * Puts on record, once for each, which keys have expired by then and were not revoked before; looks at so many at most that it has
   * not looked at. Answers how many.
   */
  noteExpired(at: Date, limit: number): Promise<number>;
  /** Writes when each was last used: many at once, each only forward in time. */
  touch(usedAt: ReadonlyMap<string, Date>): Promise<void>;
}
