import { type RawBuilder, sql } from 'kysely';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { RequestFilter, RequestStore } from '../../application/ports/request-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import {
  COUNTED_MAX,
  emptyPage,
  hasRealKeys,
  newestFirst,
  once,
  PAYLOADS_OF_PAGE_MAX_BYTES,
  payloadBytes,
} from '../keyset.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { ofRequest } from './request-conditions.ts';
import { type Condition, type Conditions, conditionsOf, everyConditionOf, isOfAgents } from './request-filters.ts';
import { REQUEST_COLUMNS, SUMMARY_COLUMNS, toRequest, toSummary } from './request-records.ts';
import { createRequestsByChange } from './requests-by-change.ts';

type RequestLists = Pick<RequestStore, 'list' | 'listSummaries' | 'listByChange' | 'listSummariesByChange'>;

type Found<Row> = { readonly rows: readonly Row[]; readonly isCut: boolean };

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

/** What is held has an approval; but where a release held it that knew of none, which is over after minutes. */
const HAS_HIDDEN = statement('has-hidden-requests', { agentId: 'uuid' }, ({ agentId }) =>
  db.selectNoFrom(({ exists, or, selectFrom }) =>
    or([
      exists(selectFrom('approvals as a').select('a.id').where('a.agent_id', '=', agentId)),
      exists(
        selectFrom('requests as r')
          .select('r.id')
          .where('r.agent_id', '=', agentId)
          .where('r.finished_at', 'is', null)
          .where('r.status', '=', 'AWAITING_APPROVAL'),
      ),
    ])
      .$castTo<boolean>()
      .as('hasHidden'),
  ),
);

const hasHidden = async (database: Database, agentId: string): Promise<boolean> =>
  (await database.run(HAS_HIDDEN, { agentId }))[0]?.hasHidden ?? true;

/**
 * How many requests a page looks at, and a count that sees by looking. Those that an index finds are in the order of the
 * page; which of them a filter lets through is seen by looking, so a filter that lets nothing through would have all of
 * them looked at (docs/decisions/0025).
 */
const LOOKED_AT_MAX = 10_000;

/** Pages of requests, newest first: whole, or without what was asked and answered. */
export const createRequestLists = (database: Database): RequestLists => {
  async function page<Row extends { readonly id: string }>(
    filter: RequestFilter,
    query: PageQuery,
    read: (conditions: readonly Condition[]) => Promise<Found<Row>>,
  ): Promise<Page<Row>> {
    const narrowed = await narrow(database, filter);
    if (narrowed === null) return emptyPage(async () => 0);
    const conditions = conditionsOf(narrowed);
    const { further, misplaced } = conditions;
    const lookedAtFirst = once(() => lookedAt(database, conditions, {}));
    const counts = countsOf(database, conditions, lookedAtFirst);
    if (!hasRealKeys(query, isUuid)) return { rows: [], ...counts };
    if (further.length === 0 && misplaced.length === 0) {
      const { rows, isCut } = await read([ofRequest('r.id', 'in', idsOf(conditions, query, sql.val(query.limit)))]);
      return { rows: newestFirst(rows, query), isCut, ...counts };
    }
    const isFirst = query.after === undefined && query.before === undefined && !query.fromEnd;
    const looked = await (isFirst ? lookedAtFirst() : lookedAt(database, conditions, query));
    if (looked === null) return { rows: [], ...counts };
    const { rows, isCut } = await read([...everyConditionOf(conditions), ...within(looked, query)]);
    const isShort = looked.goesOn && !isCut && rows.length < query.limit;
    return { rows: newestFirst(rows, query), isCut, ...counts, ...(isShort && { lookedAtUpTo: looked.last }) };
  }

  return {
    ...createRequestsByChange(database, (conditions) => countsOf(database, conditions)),
    list: (filter, query) =>
      page(filter, query, async (conditions) => {
        const direction = directionOf(query);
        const found = requests
          .select(['r.id', payloadBytes.as('bytes')])
          .where(ofRequest.and(conditions))
          .orderBy('r.id', direction)
          .limit(query.limit);
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
            .where('s.before', '<', PAYLOADS_OF_PAGE_MAX_BYTES)
            .orderBy('r.id', direction),
        );
        const rows = sized.map(({ total, ...row }) => toRequest(row));
        return { rows, isCut: rows.length < (sized[0]?.total ?? 0) };
      }),
    listSummaries: (filter, query) =>
      page(filter, query, async (conditions) => {
        const rows = requests.select(SUMMARY_COLUMNS.from('r')).where(ofRequest.and(conditions));
        const ordered = rows.orderBy('r.id', directionOf(query)).limit(query.limit);
        return { rows: (await database.runOnce('list-request-summaries', ordered)).map(toSummary), isCut: false };
      }),
  };
};

type Place = Omit<PageQuery, 'limit'>;

/**
 * Ids that an index finds, in the order of the page. No other column is asked for, so that the index is enough: for rows
 * PostgreSQL may go by the ids of all tenants instead, through everything that others sent since.
 */
const idsOf = (conditions: Conditions, query: Place, limit: RawBuilder<number>) =>
  firstIds(conditions, beyond(query), directionOf(query), limit);

/** Of several agents each one's are found by themselves: all of them at once would be looked for among everybody's. */
const firstIds = (
  { found, agentIds }: Conditions,
  within: readonly Condition[],
  direction: 'asc' | 'desc',
  limit: RawBuilder<number>,
) => {
  const those = db
    .selectFrom('requests as r')
    .select('r.id')
    .where(ofRequest.and([...found, ...within]))
    .orderBy('r.id', direction)
    .limit(limit);
  if (agentIds === null) return those;
  return db
    .selectFrom(sql<{ id: string }>`unnest(${agentIds}::uuid[])`.as<'o'>(sql`o(id)`))
    .innerJoinLateral(those.where('r.agent_id', '=', sql<string>`o.id`).as('r'), (join) => join.onTrue())
    .select('r.id')
    .orderBy('r.id', direction)
    .limit(limit);
};

/** From which request to which a page looks at each, and whether there are more beyond. */
type Looked = { readonly first: string; readonly last: string; readonly goesOn: boolean };

/** Null when there is none to look at. */
async function lookedAt(database: Database, conditions: Conditions, query: Place): Promise<Looked | null> {
  const ids = sql`array_agg(r.id order by r.id ${sql.raw(directionOf(query))})`;
  const [ends] = await database.runOnce(
    'requests-looked-at',
    db
      .selectFrom(idsOf(conditions, query, sql.lit(LOOKED_AT_MAX + 1)).as('r'))
      .select([
        sql<string | null>`(${ids})[1]`.as('first'),
        sql<string | null>`(${ids})[least(count(*), ${LOOKED_AT_MAX})]`.as('last'),
        sql<boolean>`count(*) > ${LOOKED_AT_MAX}`.as('goesOn'),
      ]),
  );
  const { first = null, last = null, goesOn = false } = ends ?? {};
  return first === null || last === null ? null : { first, last, goesOn };
}

/** Bounds on both sides, as of other tenants there may be many on either. */
const within = ({ first, last }: Looked, query: Place): readonly Condition[] => [
  ofRequest('r.id', query.fromEnd ? '>=' : '<=', first),
  ofRequest('r.id', query.fromEnd ? '<=' : '>=', last),
];

const directionOf = ({ fromEnd }: Place) => (fromEnd ? 'asc' : 'desc');

const beyond = ({ after, before }: Place): readonly Condition[] => [
  ...(after === undefined ? [] : [ofRequest('r.id', '<', after)]),
  ...(before === undefined ? [] : [ofRequest('r.id', '>', before)]),
];

/** Counted when somebody asks, and once. */
function countsOf(
  database: Database,
  conditions: Conditions,
  lookedAtFirst = once(() => lookedAt(database, conditions, {})),
) {
  const count = once(() =>
    conditions.further.length > 0
      ? countByLooking(database, conditions, lookedAtFirst)
      : countByIndex(database, conditions),
  );
  return {
    totalCount: async () => (await count()).total,
    isTotalCountExact: async () => (await count()).isExact,
  };
}

type Count = { readonly total: number; readonly isExact: boolean };

/** Of those that the first page of all looks at. */
async function countByLooking(
  database: Database,
  conditions: Conditions,
  lookedAtFirst: () => Promise<Looked | null>,
): Promise<Count> {
  const looked = await lookedAtFirst();
  if (looked === null) return { total: 0, isExact: true };
  const [row] = await database.runOnce(
    'count-requests-by-looking',
    requests
      .select(rowCount.as('total'))
      .where(ofRequest.and([...everyConditionOf(conditions), ...within(looked, {})])),
  );
  return { total: row?.total ?? 0, isExact: !looked.goesOn };
}

/** No row is read but those that may be misplaced: a few seconds of them, beyond which as many more are counted. */
async function countByIndex(database: Database, conditions: Conditions): Promise<Count> {
  const { found, agentIds, misplaced } = conditions;
  const those = requests.select('r.id').where(ofRequest.and([...found, ...isOfAgents(agentIds)]));
  const limit = sql<number>`(select n + ${COUNTED_MAX + 1} from misplaced)`;
  const [row] = await database.runOnce(
    'count-requests-by-index',
    db
      .with('misplaced', (cte) => cte.selectFrom(those.where(ofRequest.or(misplaced)).as('r')).select(rowCount.as('n')))
      .with('found', (cte) => cte.selectFrom(firstIds(conditions, [], 'desc', limit).as('r')).select(rowCount.as('n')))
      .selectFrom(['found', 'misplaced'])
      .select(sql<number>`found.n - misplaced.n`.as('total')),
  );
  const { total = 0 } = row ?? {};
  return { total: Math.min(total, COUNTED_MAX), isExact: total <= COUNTED_MAX };
}

/**
 * What was sent to a handle was sent to the one agent that has it, or had it: an index finds that one's. Only where
 * several had it one after the other is the handle looked for. Null where the filter lets nothing through.
 */
async function narrow(database: Database, filter: RequestFilter): Promise<RequestFilter | null> {
  if ([filter.senderId, filter.agentId].some((id) => id !== undefined && !isUuid(id))) return null;
  if (filter.isShownToAgent && filter.agentId !== undefined && !(await hasHidden(database, filter.agentId))) {
    const { isShownToAgent: _, ...all } = filter;
    return narrow(database, all);
  }
  const { handle, ...others } = filter;
  if (
    handle === undefined ||
    filter.senderId !== undefined ||
    filter.agentId !== undefined ||
    filter.agentIds !== undefined
  )
    return filter;
  const [agent, another] = await database.run(AGENTS_OF_HANDLE, { handle });
  if (agent === undefined) return null;
  return another === undefined ? { ...others, agentId: agent.id } : filter;
}
