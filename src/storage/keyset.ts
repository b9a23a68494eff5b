import { type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Page, PageQuery } from '../application/ports/page.ts';

/** How many rows are counted where the index alone tells, which is a tenth of the work. */
export const COUNTED_MAX = 100_000;

/** The rows of the page: strictly beyond what was seen, in the order that they are read in. The key is a column. */
export const onPage = <Db, Table extends keyof Db, Row>(
  query: SelectQueryBuilder<Db, Table, Row>,
  key: string,
  { limit, after, before, fromEnd = false }: PageQuery,
): SelectQueryBuilder<Db, Table, Row> => {
  const column = sql.ref(key);
  let rows = query.orderBy(column, fromEnd ? 'asc' : 'desc').limit(limit);
  if (after !== undefined) rows = rows.where(sql<SqlBool>`${column} < ${after}`);
  if (before !== undefined) rows = rows.where(sql<SqlBool>`${column} > ${before}`);
  return rows;
};

/** Whether the page's keys are keys at all: beyond what cannot be a key there is nothing. */
export const hasRealKeys = ({ after, before }: PageQuery, isKey: (text: string) => boolean): boolean =>
  [after, before].every((key) => key === undefined || isKey(key));

/** Params and results of the requests of one page together, but for its last row: a page ends early where it would be more. */
export const PAYLOADS_OF_PAGE_MAX_BYTES = 2 * 1024 * 1024;

/** What of a request can be large. */
export const payloadBytes = sql<number>`coalesce(octet_length(r.params::text), 0)
  + coalesce(octet_length(r.effective_params::text), 0) + coalesce(octet_length(r.result::text), 0)`;

/** A page is read from either end and answered newest first. */
export const newestFirst = <Row>(rows: readonly Row[], { fromEnd = false }: PageQuery): readonly Row[] =>
  fromEnd ? rows.toReversed() : rows;

export const emptyPage = <Row>(totalCount: () => Promise<number>): Page<Row> => ({ rows: [], totalCount });

/** Asks when it is first asked, and then answers the same. */
export const once = <Answer>(ask: () => Promise<Answer>): (() => Promise<Answer>) => {
  let asked: Promise<Answer> | null = null;
  return () => {
    asked ??= ask();
    return asked;
  };
};
