import { type Expression, type SqlBool, sql } from 'kysely';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { RequestFilter, RequestStore } from '../../application/ports/request-store.ts';
import { isFinal, type RequestStatus } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { emptyPage, hasRealKeys, newestFirst } from '../keyset.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { isOpen, ofRequest } from './request-conditions.ts';
import { CLOCKS_DIFFER_MS, firstIdAt } from './request-ids.ts';
import { REQUEST_COLUMNS, SUMMARY_COLUMNS, toRequest, toSummary } from './request-records.ts';

type RequestLists = Pick<RequestStore, 'list' | 'listSummaries'>;

type Condition = Expression<SqlBool>;

type Found<Row> = { readonly rows: readonly Row[]; readonly isCut: boolean };

/** Results of one page together, but for its last row: a page ends early where it would be more. */
const PAGE_MAX_BYTES = 4 * 1024 * 1024;

const requests = db.selectFrom('requests as r');

/** Those that have the handle or had it before they were deleted; two are enough to know that there are several. */
const AGENTS_OF_HANDLE = statement('agents-of-handle', { handle: 'text' }, ({ handle }) =>
  db
    .selectFrom('agents')
    .select('id')
    .where('handle', '=', handle)
    .unionAll((or) => or.selectFrom('deleted_agents').select('id').where('handle', '=', handle))
    .limit(2),
);

/**
 * How many requests a page looks at, and a count that sees by looking. Those that an index finds are in the order of the page; which of them
 * a filter lets through is seen by looking, so a filter that lets nothing through would have all of them looked at
 * (docs/decisions/0025).
 */
const LOOKED_AT_MAX = 10_000;

/** How many are counted where the index alone tells, which is a tenth of the work. */
const COUNTED_MAX = 100_000;

/** Pages of requests, newest first: whole, or without what was asked and answered. */
export const createRequestLists = (database: Database): RequestLists => {
  async function page<Row extends { readonly id: string }>(
    filter: RequestFilter,
    query: PageQuery,
    read: (conditions: readonly Condition[], query: PageQuery) => Promise<Found<Row>>,
  ): Promise<Page<Row>> {
    const narrowed = await narrow(database, filter);
    if (narrowed === null) return emptyPage(async () => 0);
    const { found, further } = conditionsOf(narrowed);
    const count = once(() => countThem(database, found, further));
    const counts = {
      totalCount: async () => (await count()).total,
      isTotalCountExact: async () => (await count()).isExact,
    };
    if (!hasRealKeys(query, isUuid)) return { rows: [], ...counts };
    const last = further.length === 0 ? null : await lastLookedAt(database, found, query);
    const limits = last === null ? [] : [ofRequest('r.id', query.fromEnd ? '<=' : '>=', last)];
    const { rows, isCut } = await read([...found, ...further, ...beyond(query), ...limits], query);
    const isShort = last !== null && !isCut && rows.length < query.limit;
    return { rows: newestFirst(rows, query), isCut, ...counts, ...(isShort && { lookedAtUpTo: last }) };
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
async function lastLookedAt(database: Database, found: readonly Condition[], query: PageQuery): Promise<string | null> {
  const [row] = await database.runOnce(
    'last-request-looked-at',
    requests
      .select('r.id')
      .where(ofRequest.and([...found, ...beyond(query)]))
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

/** How many there are, as far as is looked. */
async function countThem(database: Database, found: readonly Condition[], further: readonly Condition[]) {
  const max = further.length === 0 ? COUNTED_MAX : LOOKED_AT_MAX;
  const [row] = await database.runOnce(
    'count-requests',
    db
      .selectFrom(
        requests
          .select(['r.handle', 'r.agent_id', 'r.action', 'r.status', 'r.created_at'])
          .where(ofRequest.and(found))
          .orderBy('r.id', 'desc')
          .limit(max + 1)
          .as('r'),
      )
      .select(({ fn }) => [
        rowCount.as('lookedAt'),
        sql<number>`${fn.countAll().filterWhere(ofRequest.and(further))}::int`.as('total'),
      ]),
  );
  const { lookedAt = 0, total = 0 } = row ?? {};
  return { total: Math.min(total, max), isExact: lookedAt <= max };
}

/**
 * What was sent to a handle was sent to the one agent that has it, or had it: an index finds that one's. Only where
 * several had it one after the other is the handle looked for. Null where the filter lets nothing through.
 */
async function narrow(database: Database, filter: RequestFilter): Promise<RequestFilter | null> {
  if ([filter.senderId, filter.agentId].some((id) => id !== undefined && !isUuid(id))) return null;
  const { handle, ...others } = filter;
  if (handle === undefined || filter.senderId !== undefined || filter.agentId !== undefined) return filter;
  const [agent, another] = await database.run(AGENTS_OF_HANDLE, { handle });
  if (agent === undefined) return null;
  return another === undefined ? { ...others, agentId: agent.id } : filter;
}

/** The conditions that an index answers, in the order of the page, and those that are seen by looking. */
function conditionsOf(filter: RequestFilter) {
  const { senderId, agentId, handle, statuses, action, submittedFrom, submittedBefore } = filter;
  const bySender = senderId === undefined ? [] : [ofRequest('r.sender_id', '=', senderId)];
  const byAgent = agentId === undefined ? [] : [ofRequest('r.agent_id', '=', agentId)];
  const isUnfinished = statuses?.every((status) => !isFinal(status)) ?? false;
  const found: readonly Condition[] = [
    ...(bySender.length > 0 ? bySender : byAgent),
    ...(isUnfinished && bySender.length === 0 ? [isOpen] : []),
    ...(submittedFrom === undefined ? [] : submittedIn('>=', submittedFrom, -CLOCKS_DIFFER_MS)),
    ...(submittedBefore === undefined ? [] : submittedIn('<', submittedBefore, CLOCKS_DIFFER_MS)),
  ];
  const further: readonly Condition[] = [
    ...(bySender.length > 0 ? byAgent : []),
    ...(handle === undefined ? [] : [ofRequest('r.handle', '=', handle)]),
    ...(action === undefined ? [] : [ofRequest('r.action', '=', action)]),
    ...(statuses === undefined ? [] : [ofRequest('r.status', '=', sql<RequestStatus>`any (${statuses})`)]),
  ];
  return { found, further };
}

/** An id carries the time, so that the index over ids finds a span of time; the exact time decides at its border. */
const submittedIn = (comparison: '>=' | '<', time: Date, slackMs: number): readonly Condition[] => [
  ofRequest('r.id', comparison, firstIdAt(new Date(time.getTime() + slackMs))),
  ofRequest('r.created_at', comparison, time),
];

const once = <Answer>(ask: () => Promise<Answer>): (() => Promise<Answer>) => {
  let asked: Promise<Answer> | null = null;
  return () => {
    asked ??= ask();
    return asked;
  };
};
