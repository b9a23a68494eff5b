import type { Act } from '../../domain/actor.ts';
import type { Sender } from '../../domain/sender.ts';
import type { NewApiKey } from './api-key-store.ts';
import type { Page, PageQuery } from './page.ts';
import type { Unused, UnusedPage } from './unused.ts';

export type SenderFilter = {
  readonly id?: string;
  /** Each must occur in the display name, whatever its case. */
  readonly words?: readonly string[];
  readonly isSuspended?: boolean;
};

/** Senders. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown. */
export interface SenderStore {
  /**
   * Stores the sender with its first key, as that owner's where there is one, and answers true; or nothing where the
   * invitation with that hash lets nobody in.
   */
  insert(
    sender: Sender,
    key: NewApiKey,
    terms?: { readonly ownerId?: string | null; readonly codeHash?: Buffer | null; readonly act?: Act },
  ): Promise<boolean>;
  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Sender | null)[]>;
  /** Newest first, by id. Under a filter a page looks at a bounded number of senders, as pages of requests do. */
  list(filter: SenderFilter, page: PageQuery): Promise<Page<Sender>>;

  /** Looks at so many senders, in the order of their ids, for those that never asked for anything (docs/decisions/0077). */
  unused(page: UnusedPage): Promise<Unused>;
  /** Deletes such a sender with its keys; false where it is none, or none any more. */
  expire(id: string, unusedSince: Date, at: Date): Promise<boolean>;
}
