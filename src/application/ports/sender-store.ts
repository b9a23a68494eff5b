import type { Sender } from '../../domain/sender.ts';
import type { NewApiKey } from './api-key-store.ts';

/** Senders. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown. */
export interface SenderStore {
  /** Stores the sender with its first key. */
  insert(sender: Sender, key: NewApiKey): Promise<void>;
  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Sender | null)[]>;
}
