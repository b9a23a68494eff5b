import { type RawBuilder, sql } from 'kysely';
import type { AgentOrder, AgentSummaryQuery, StatisticsStore } from '../../application/ports/statistics-store.ts';
import { lastHeartbeatAt, matches } from '../agents/agent-conditions.ts';
import { AGENT_READ } from '../agents/agent-store.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { submittedSince } from '../requests/request-filters.ts';
import { db } from '../tables.ts';
import { createOverviewStatistics } from './overview-statistics.ts';
import { createRequestSummaries } from './request-summaries.ts';

const requestCount = sql<number>`coalesce(w.requests, 0)`;
const failureCount = sql<number>`coalesce(w.failures, 0)`;

/** What each order sorts by, of agents `a` and what each was asked in the window `w`. */
const ORDERS: Readonly<Record<AgentOrder, RawBuilder<unknown>>> = {
  NEWEST: sql`a.id`,
  HANDLE: sql`a.handle collate "C"`,
  NAME: sql`lower(a.display_name)`,
  LAST_HEARTBEAT: sql`${lastHeartbeatAt}`,
  REQUESTS: requestCount,
  FAILURES: sql`coalesce(w.failures::float8 / nullif(w.requests, 0), 0)`,
};

/** Administrators' statistics: aggregates in SQL. */
export const createStatisticsStore = (database: Database): StatisticsStore => ({
  ...createOverviewStatistics(database),
  ...createRequestSummaries(database),

  agentSummaries: async (query) => {
    const read = (page: AgentSummaryQuery) => database.runOnce('agent-summaries', summaries(page));
    const rows = await read(query);
    // Past the last page there is no row to tell the total.
    const [first] = rows.length === 0 && query.offset > 0 ? await read({ ...query, offset: 0, limit: 1 }) : rows;
    return {
      rows: rows.map(({ requests, failures, total, ...agent }) => ({ agent, requests, failures })),
      totalCount: first?.total ?? 0,
    };
  },
});

const summaries = ({ filter, since, orderBy, descending, offset, limit }: AgentSummaryQuery) => {
  const { found, misplaced } = submittedSince(since);
  return db
    .with(
      (cte) => cte('w').materialized(),
      (from) =>
        from
          .selectFrom('requests as r')
          .select(({ fn }) => [
            'r.agent_id',
            rowCount.as('requests'),
            sql<number>`${fn.countAll().filterWhere('r.status', 'in', ['FAILED', 'TIMEOUT'])}::int`.as('failures'),
          ])
          .where(found)
          .where(({ not }) => not(misplaced))
          .groupBy('r.agent_id'),
    )
    .selectFrom('agents as a')
    .leftJoin('w', 'w.agent_id', 'a.id')
    .select(AGENT_READ)
    .select([
      requestCount.as('requests'),
      failureCount.as('failures'),
      sql<number>`(count(*) over ())::int`.as('total'),
    ])
    .where(matches(filter))
    .orderBy(ORDERS[orderBy], (order) => (descending ? order.desc() : order.asc()).nullsLast())
    .orderBy('a.id', descending ? 'desc' : 'asc')
    .limit(limit)
    .offset(offset);
};
