import type { Principal } from '../../domain/principal.ts';
import type { Sender } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireAdmin } from '../access.ts';
import { searchWords } from '../agents/agent-filter.ts';
import { isStorableText } from '../input-issues.ts';
import { EMPTY_PAGE, type Page, type PageQuery } from '../ports/page.ts';
import type { SenderFilter, SenderStore } from '../ports/sender-store.ts';

/** What senders are searched for by, as it comes from outside. */
export type SenderFilterInput = {
  /** As in SENDER_SEARCH_DESCRIPTION. */
  readonly search?: string | undefined;
  readonly isSuspended?: boolean | undefined;
};

/** What callers are told of a search. */
export const SENDER_SEARCH_DESCRIPTION =
  'The id of a sender; or words, of which the first 5 count: each must be in the display name, whatever its case.';

/** Senders as administrators see them. */
export function createReadSenders({ senders }: { readonly senders: SenderStore }) {
  /** Null where there is none. */
  async function findSender(principal: Principal | null, id: string): Promise<Sender | null> {
    requireAdmin(principal);
    const [sender = null] = await senders.byIds([id]);
    return sender;
  }

  /** Newest first. */
  async function listSenders(
    principal: Principal | null,
    input: SenderFilterInput,
    page: PageQuery,
  ): Promise<Page<Sender>> {
    requireAdmin(principal);
    const filter = filterOf(input);
    return filter === null ? EMPTY_PAGE : senders.list(filter, page);
  }

  return { findSender, listSenders };
}

/** Null when no sender can match it. */
function filterOf({ search = '', isSuspended }: SenderFilterInput): SenderFilter | null {
  if (!isStorableText(search)) return null;
  const text = search.trim().toLowerCase();
  return {
    ...(isUuid(text) ? { id: text } : { words: searchWords(search) }),
    ...(isSuspended !== undefined && { isSuspended }),
  };
}
