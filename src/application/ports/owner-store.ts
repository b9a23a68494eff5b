import type { Owner } from '../../domain/owner.ts';
import type { NewApiKey } from './api-key-store.ts';

/** An owner that is about to be stored, with its first key. */
export type NewOwner = Owner & { readonly key: NewApiKey };

/** Owners. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown. */
export interface OwnerStore {
  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Owner | null)[]>;
}
