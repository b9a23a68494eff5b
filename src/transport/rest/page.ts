import type { Static } from '@fastify/type-provider-typebox';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import { isUuid } from '../../domain/uuid.ts';
import { cursorOf } from '../cursors.ts';
import { type PageQuery as Asked, LIST_SIZE_DEFAULT, pageKeyOf } from './schemas/list-query.ts';

/** What a list's query asks for, and where the next page begins; null on the last one. */
export async function pageOf<Row>(
  query: Static<typeof Asked>,
  read: (page: PageQuery) => Promise<Page<Row>>,
  keyOf: (row: Row) => string,
  isKey: (text: string) => boolean = isUuid,
): Promise<{ readonly rows: readonly Row[]; readonly nextCursor: string | null }> {
  const size = query.limit ?? LIST_SIZE_DEFAULT;
  const after = pageKeyOf(query, isKey);
  // One more than asked for tells whether there are further ones.
  const found = await read({ limit: size + 1, ...(after !== null && { after }) });
  const rows = found.rows.slice(0, size);
  const last = rows.at(-1);
  const hasMore = found.rows.length > size || found.isCut === true;
  const furthest = hasMore && last !== undefined ? keyOf(last) : found.lookedAtUpTo;
  return { rows, nextCursor: furthest === undefined ? null : cursorOf(furthest) };
}
