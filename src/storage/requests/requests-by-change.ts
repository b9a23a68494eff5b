import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { EMPTY_PAGE, type Page, type PageQuery } from '../../application/ports/page.ts';
import type { RequestStore, RequestsOfSender } from '../../application/ports/request-store.ts';
import { type ChangeKey, changeKeyOf, changeKeyText } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { PAYLOADS_OF_PAGE_MAX_BYTES, payloadBytes } from '../keyset.ts';
import { db } from '../tables.ts';
import { ofRequest } from './request-conditions.ts';
import { type Condition, type Conditions, conditionsOf, everyConditionOf } from './request-filters.ts';
import { REQUEST_COLUMNS, SUMMARY_COLUMNS, toRequest, toSummary } from './request-records.ts';

type RequestsByChange = Pick<RequestStore, 'listByChange' | 'listSummariesByChange'>;

/** Of a sender's open requests so many are looked at, the newest; one that had more of them would see them when they have ended. */
const OPEN_MAX = 1_000;
/** As in lists by id. */
const LOOKED_AT_MAX = 10_000;

/**
 * A sender's requests in the order of their last change, the last one first. No index has `updated_at`, which changes with every step:
 * what has ended changes no more and is found by when that was; the few that are open are sorted each time, and merged in.
 */
export const createRequestsByChange = (
  database: Database,
  countsOf: (conditions: Conditions) => Pick<Page<never>, 'totalCount' | 'isTotalCountExact'>,
): RequestsByChange => {
  async function page<Row>(
    filter: RequestsOfSender,
    { limit, after }: PageQuery,
    read: (
      changed: ReturnType<typeof changedOf>,
    ) => Promise<{ readonly rows: readonly Row[]; readonly isCut: boolean }>,
  ): Promise<Page<Row>> {
    const { senderId } = filter;
    const key = after === undefined ? undefined : changeKeyOf(after);
    if (key === null || ![senderId, filter.agentId ?? senderId].every(isUuid)) return EMPTY_PAGE;
    const query = { limit, ...(key && { after: key }) };
    const conditions = conditionsOf(filter);
    const { found, misplaced, further } = conditions;
    // The first of those that were found says whose they are, which is all that the index tells.
    const isWhole = found.length + misplaced.length + further.length === 1;
    const last = isWhole ? null : await lastLookedAt(database, senderId, query);
    const bounds = { query, last, endedMax: isWhole ? limit : null };
    const { rows, isCut } = await read(changedOf(senderId, everyConditionOf(conditions), bounds));
    const isShort = last !== null && !isCut && rows.length < limit;
    return { rows, isCut, ...countsOf(conditions), ...(isShort && { lookedAtUpTo: changeKeyText(last) }) };
  }

  return {
    listByChange: (filter, query) =>
      page(filter, query, async (changed) => {
        const sized = await database.runOnce(
          'list-requests-by-change',
          db
            .with('changed', () => changed)
            .with('sized', (cte) =>
              cte
                .selectFrom('changed as c')
                .innerJoin('requests as r', 'r.id', 'c.id')
                .select(['c.id', 'c.at'])
                .select(sql<number>`count(*) over ()`.as('total'))
                .select(
                  sql<number>`sum(${payloadBytes}) over (order by c.at desc, c.id desc) - (${payloadBytes})`.as(
                    'before',
                  ),
                ),
            )
            .selectFrom('sized as s')
            .innerJoin('requests as r', 'r.id', 's.id')
            .select(REQUEST_COLUMNS.from('r'))
            .select(sql<number>`s.total::int`.as('total'))
            .where('s.before', '<', PAYLOADS_OF_PAGE_MAX_BYTES)
            .orderBy('s.at', 'desc')
            .orderBy('s.id', 'desc'),
        );
        const rows = sized.map(({ total, ...row }) => toRequest(row));
        return { rows, isCut: rows.length < (sized[0]?.total ?? 0) };
      }),
    listSummariesByChange: (filter, query) =>
      page(filter, query, async (changed) => {
        const rows = await database.runOnce(
          'list-request-summaries-by-change',
          db
            .with('changed', () => changed)
            .selectFrom('changed as c')
            .innerJoin('requests as r', 'r.id', 'c.id')
            .select(SUMMARY_COLUMNS.from('r'))
            .orderBy('c.at', 'desc')
            .orderBy('c.id', 'desc'),
        );
        return { rows: rows.map(toSummary), isCut: false };
      }),
  };
};

type Bounds = {
  readonly query: { readonly limit: number; readonly after?: ChangeKey };
  /** The last one that is looked at; null for all. */
  readonly last: ChangeKey | null;
  /** How many of those that have ended are looked at; null for all within the other bounds. */
  readonly endedMax: number | null;
};

const changedAt = sql<Date>`coalesce(r.finished_at, r.updated_at)`;

/** Whether one that changed at that moment comes behind the key, or is not behind it. */
const isBehind = (at: RawBuilder<Date>, { updatedAt, id }: ChangeKey): Condition =>
  sql<SqlBool>`(${at}, r.id) < (${updatedAt}::timestamptz, ${id}::uuid)`;
const isNotBehind = (at: RawBuilder<Date>, { updatedAt, id }: ChangeKey): Condition =>
  sql<SqlBool>`(${at}, r.id) >= (${updatedAt}::timestamptz, ${id}::uuid)`;

const within = (at: RawBuilder<Date>, { query, last }: Pick<Bounds, 'query' | 'last'>): readonly Condition[] => [
  ...(query.after === undefined ? [] : [isBehind(at, query.after)]),
  ...(last === null ? [] : [isNotBehind(at, last)]),
];

const endedOf = (senderId: string, bounds: Pick<Bounds, 'query' | 'last'>) =>
  db
    .selectFrom('requests as r')
    .select(['r.id', sql<Date>`r.finished_at`.as('at')])
    .where('r.sender_id', '=', senderId)
    .where('r.finished_at', 'is not', null)
    .where(ofRequest.and([...within(sql<Date>`r.finished_at`, bounds)]))
    .orderBy('r.finished_at', 'desc')
    .orderBy('r.id', 'desc');

const changedOf = (senderId: string, conditions: readonly Condition[], { query, last, endedMax }: Bounds) => {
  const ended = endedOf(senderId, { query, last });
  const open = db
    .selectFrom('requests as r')
    .select(['r.id', 'r.updated_at as at'])
    .where('r.sender_id', '=', senderId)
    .where('r.finished_at', 'is', null)
    .orderBy('r.id', 'desc')
    .limit(OPEN_MAX);
  return db
    .with('ended', () => (endedMax === null ? ended : ended.limit(endedMax)))
    .with('open', () => open)
    .selectFrom((from) => from.selectFrom('ended').selectAll().unionAll(from.selectFrom('open').selectAll()).as('l'))
    .innerJoin('requests as r', 'r.id', 'l.id')
    .select(['l.id', 'l.at'])
    .where(ofRequest.and([...conditions, ...within(changedAt, { query, last })]))
    .orderBy('l.at', 'desc')
    .orderBy('l.id', 'desc')
    .limit(query.limit);
};

/** Of those that have ended a page with a filter looks at so many; null where there are no more than that. */
async function lastLookedAt(database: Database, senderId: string, query: Bounds['query']): Promise<ChangeKey | null> {
  const [last, oneMore] = await database.runOnce(
    'requests-looked-at-by-change',
    db
      .selectFrom(
        endedOf(senderId, { query, last: null })
          .limit(LOOKED_AT_MAX + 1)
          .as('r'),
      )
      .select(['r.id', 'r.at as updatedAt'])
      .orderBy('r.at', 'desc')
      .orderBy('r.id', 'desc')
      .offset(LOOKED_AT_MAX - 1)
      .limit(2),
  );
  return last !== undefined && oneMore !== undefined ? last : null;
}
