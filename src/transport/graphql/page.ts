import { GraphQLError } from 'graphql';
import { isEntryKey } from '../../application/ports/audit-entries.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import { type ChangeKey, changeKeyOf, changeKeyText } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { cursorOf, keyOfCursor } from '../cursors.ts';

export const PAGE_SIZE_DEFAULT = 20;
export const PAGE_SIZE_MAX = 100;

type ConnectionArgs = {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
};

/** What a list is ordered by, and what its cursors stand for. */
type PageKey<Row> = { readonly of: (row: Row) => string; readonly isKey: (text: string) => boolean };

export const byId: PageKey<{ readonly id: string }> = { of: ({ id }) => id, isKey: isUuid };
export const bySenderId: PageKey<{ readonly senderId: string }> = { of: ({ senderId }) => senderId, isKey: isUuid };
export const byChange: PageKey<ChangeKey> = { of: changeKeyText, isKey: (text) => changeKeyOf(text) !== null };
export const byEntryKey: PageKey<{ readonly key: string }> = { of: ({ key }) => key, isKey: isEntryKey };
export const byVersion: PageKey<{ readonly version: number }> = {
  of: ({ version }) => String(version),
  isKey: (text) => /^[1-9]\d{0,8}$/.test(text),
};

export const refused = (message: string) => new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });

/**
 * A Relay cursor connection over a keyset page. One row more than asked for is read, which tells whether there are
 * further ones; the total is counted only when it is asked for.
 */
export async function connectionOf<Row>(
  args: ConnectionArgs,
  key: PageKey<Row>,
  read: (page: PageQuery) => Promise<Page<Row>>,
) {
  const { first, last } = args;
  if (first != null && last != null) throw refused('Give either first or last, not both.');
  const size = sizeOf('first', first) ?? sizeOf('last', last) ?? PAGE_SIZE_DEFAULT;
  const after = keyOf('after', args.after, key.isKey);
  const before = keyOf('before', args.before, key.isKey);
  const fromEnd = last != null;
  const page = await read({
    limit: size + 1,
    fromEnd,
    ...(after !== null && { after }),
    ...(before !== null && { before }),
  });
  const isLonger = page.rows.length > size;
  const hasMore = isLonger || page.isCut === true || page.lookedAtUpTo !== undefined;
  const rows = fromEnd ? page.rows.slice(isLonger ? 1 : 0) : page.rows.slice(0, size);
  const edges = rows.map((node) => ({ node, cursor: cursorOf(key.of(node)) }));
  // A page that is short has its end where it stopped looking.
  const furthest = page.lookedAtUpTo === undefined ? null : cursorOf(page.lookedAtUpTo);
  return {
    edges,
    pageInfo: {
      hasNextPage: fromEnd ? before !== null : hasMore,
      hasPreviousPage: fromEnd ? hasMore : after !== null,
      startCursor: (fromEnd ? furthest : null) ?? edges[0]?.cursor ?? null,
      endCursor: (fromEnd ? null : furthest) ?? edges.at(-1)?.cursor ?? null,
    },
    totalCount: page.totalCount,
    isTotalCountExact: page.isTotalCountExact ?? (async () => true),
  };
}

function sizeOf(name: string, size: number | null | undefined): number | null {
  if (size == null) return null;
  if (size < 0 || size > PAGE_SIZE_MAX) throw refused(`${name} must be from 0 to ${PAGE_SIZE_MAX}.`);
  return size;
}

function keyOf(name: string, cursor: string | null | undefined, isKey: (key: string) => boolean): string | null {
  if (cursor == null) return null;
  const key = keyOfCursor(cursor, isKey);
  if (key === null) throw refused(`${name} is not a cursor of this list.`);
  return key;
}
