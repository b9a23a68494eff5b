import { type Expression, type SqlBool, sql } from 'kysely';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { RequestFilter, RequestStore } from '../../application/ports/request-store.ts';
import type { RequestStatus } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { emptyPage, hasRealKeys, newestFirst } from '../keyset.ts';
import { db } from '../tables.ts';
import { ofRequest } from './request-conditions.ts';
import { REQUEST_COLUMNS, SUMMARY_COLUMNS, toRequest, toSummary } from './request-records.ts';

type RequestLists = Pick<RequestStore, 'list' | 'listSummaries'>;

type Condition = Expression<SqlBool>;

type Found<Row> = { readonly rows: readonly Row[]; readonly isCut: boolean };

/** Results of one page together, but for its last row: a page ends early where it would be more. */
const PAGE_MAX_BYTES = 4 * 1024 * 1024;

const requests = db.selectFrom('requests as r');

/**
 * How many requests a page looks at. Those of a tenant are found by an index, newest first; which of them a filter
 * lets through is seen by looking, so a filter that lets nothing through would have all of them looked at.
 */
const LOOKED_AT_MAX = 10_000;

/** Pages of requests, newest first: whole, or without what was asked and answered. */
export const createRequestLists = (database: Database): RequestLists => {
  async function page<Row extends { readonly id: string }>(
    filter: RequestFilter,
    query: PageQuery,
    read: (conditions: readonly Condition[], query: PageQuery) => Promise<Found<Row>>,
  ): Promise<Page<Row>> {
    if ([filter.senderId, filter.agentId].some((id) => id !== undefined && !isUuid(id))) {
      return emptyPage(async () => 0);
    }
    const { tenant, further } = conditionsOf(filter);
    const conditions = [...tenant, ...further];
    const totalCount = async () => {
      const counted = requests.where(ofRequest.and(conditions)).select(rowCount.as('total'));
      const [row] = await database.runOnce('count-requests', counted);
      return row?.total ?? 0;
    };
    if (!hasRealKeys(query, isUuid)) return emptyPage(totalCount);
    const last = further.length === 0 ? null : await lastLookedAt(database, tenant, query);
    const limits = last === null ? [] : [ofRequest('r.id', query.fromEnd ? '<=' : '>=', last)];
    const { rows, isCut } = await read([...conditions, ...beyond(query), ...limits], query);
    const isShort = last !== null && !isCut && rows.length < query.limit;
    return { rows: newestFirst(rows, query), isCut, totalCount, ...(isShort && { lookedAtUpTo: last }) };
  }

  return {
    list: (filter, query) =>
      page(filter, query, async (conditions, { fromEnd, limit }) => {
        const direction = fromEnd ? 'asc' : 'desc';
        const found = requests
          .select(['r.id', sql<number>`coalesce(octet_length(r.result::text), 0)`.as('bytes')])
          .where(ofRequest.and(conditions))
          .orderBy('r.id', direction)
          .limit(limit);
        const sized = await database.runOnce(
          'list-requests',
          db
            .with('found', () => found)
            .with('sized', (cte) =>
              cte
                .selectFrom('found')
                .select([
                  'id',
                  sql<number>`count(*) over ()`.as('total'),
                  sql<number>`sum(bytes) over (order by id ${sql.raw(direction)}) - bytes`.as('before'),
                ]),
            )
            .selectFrom('sized as s')
            .innerJoin('requests as r', 'r.id', 's.id')
            .select(REQUEST_COLUMNS.from('r'))
            .select(sql<number>`s.total::int`.as('total'))
            .where('s.before', '<', PAGE_MAX_BYTES)
            .orderBy('r.id', direction),
        );
        const rows = sized.map(({ total, ...row }) => toRequest(row));
        return { rows, isCut: rows.length < (sized[0]?.total ?? 0) };
      }),
    listSummaries: (filter, query) =>
      page(filter, query, async (conditions, { fromEnd, limit }) => {
        const rows = requests.select(SUMMARY_COLUMNS.from('r')).where(ofRequest.and(conditions));
        const ordered = rows.orderBy('r.id', fromEnd ? 'asc' : 'desc').limit(limit);
        return { rows: (await database.runOnce('list-request-summaries', ordered)).map(toSummary), isCut: false };
      }),
  };
};

/** The last request that the page looks at; null when it looks at all that there are. */
async function lastLookedAt(
  database: Database,
  tenant: readonly Condition[],
  query: PageQuery,
): Promise<string | null> {
  const [row] = await database.runOnce(
    'last-request-looked-at',
    requests
      .select('r.id')
      .where(ofRequest.and([...tenant, ...beyond(query)]))
      .orderBy('r.id', query.fromEnd ? 'asc' : 'desc')
      .offset(LOOKED_AT_MAX - 1)
      .limit(1),
  );
  return row?.id ?? null;
}

const beyond = ({ after, before }: PageQuery): readonly Condition[] => [
  ...(after === undefined ? [] : [ofRequest('r.id', '<', after)]),
  ...(before === undefined ? [] : [ofRequest('r.id', '>', before)]),
];

/** Those that an index answers, and those that are seen by looking. */
function conditionsOf(filter: RequestFilter) {
  const { senderId, agentId, handle, statuses, action, submittedFrom, submittedBefore } = filter;
  const [bySender, byAgent] = [
    senderId === undefined ? [] : [ofRequest('r.sender_id', '=', senderId)],
    agentId === undefined ? [] : [ofRequest('r.agent_id', '=', agentId)],
  ];
  const further: readonly Condition[] = [
    ...(bySender.length > 0 ? byAgent : []),
    ...(handle === undefined ? [] : [ofRequest('r.handle', '=', handle)]),
    ...(action === undefined ? [] : [ofRequest('r.action', '=', action)]),
    ...(submittedFrom === undefined ? [] : [ofRequest('r.created_at', '>=', submittedFrom)]),
    ...(submittedBefore === undefined ? [] : [ofRequest('r.created_at', '<', submittedBefore)]),
    ...(statuses === undefined ? [] : [ofRequest('r.status', '=', sql<RequestStatus>`any (${statuses})`)]),
  ];
  return { tenant: bySender.length > 0 ? bySender : byAgent, further };
}
