import type { AgentOrder, AgentSummaryQuery, StatisticsStore } from '../../application/ports/statistics-store.ts';
import type { Agent } from '../../domain/agent.ts';
import type { Database } from '../database.ts';
import { createOverviewStatistics } from './overview-statistics.ts';

type SummaryRow = Agent & { readonly requests: number; readonly failures: number; readonly total: number };

/** Each order's column, of agents `a` and what each was asked in the window `w`. */
const ORDER_COLUMN: Readonly<Record<AgentOrder, string>> = {
  NEWEST: 'a.id',
  HANDLE: 'a.handle collate "C"',
  NAME: 'lower(a.display_name)',
  LAST_HEARTBEAT: 'a.last_heartbeat_at',
  REQUESTS: 'coalesce(w.requests, 0)',
  FAILURES: 'coalesce(w.failures::float8 / nullif(w.requests, 0), 0)',
};

/** Administrators' statistics, as plain SQL. */
export const createStatisticsStore = (database: Database): StatisticsStore => ({
  ...createOverviewStatistics(database),

  agentSummaries: async (query) => {
    const read = (page: AgentSummaryQuery) => {
      const { text, values } = summaries(page);
      return database.query<SummaryRow>({ name: 'agent-summaries', text, dynamic: true }, values);
    };
    const rows = await read(query);
    // Past the last page there is no row to tell the total.
    const [first] = rows.length === 0 && query.offset > 0 ? await read({ ...query, offset: 0, limit: 1 }) : rows;
    return {
      rows: rows.map(({ requests, failures, total, ...agent }) => ({ agent, requests, failures })),
      totalCount: first?.total ?? 0,
    };
  },
});

function summaries(query: AgentSummaryQuery): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const since = bind(query.since);
  const words = (query.search ?? '').split(/\s+/u).filter((word) => word !== '');
  const conditions = words.map((word) => {
    const pattern = bind(`%${escapeWildcards(word)}%`);
    return `(a.handle ilike ${pattern} or a.display_name ilike ${pattern} or a.description ilike ${pattern})`;
  });
  if (query.action !== undefined) {
    conditions.push(`exists (
      select from capability_contracts c where c.agent_id = a.id and c.is_active and c.actions @> array[${bind(query.action)}]::text[]
    )`);
  }
  if (query.connected !== undefined) {
    conditions.push(`${query.connected ? '' : 'not '}exists (
      select from channels c join nodes n on n.id = c.node_id where c.agent_id = a.id and n.seen_at >= ${bind(query.aliveSince)}
    )`);
  }
  const direction = query.descending ? 'desc' : 'asc';
  const text = `
    with w as materialized (
      select agent_id, count(*)::int as requests,
        (count(*) filter (where status in ('FAILED', 'TIMEOUT')))::int as failures
      from requests where created_at >= ${since} group by agent_id
    )
    select a.id, a.handle, a.display_name as "displayName", a.description, a.last_heartbeat_at as "lastHeartbeatAt",
      a.created_at as "createdAt", a.updated_at as "updatedAt",
      coalesce(w.requests, 0) as requests, coalesce(w.failures, 0) as failures, (count(*) over ())::int as total
    from agents a left join w on w.agent_id = a.id
    ${conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`}
    order by ${ORDER_COLUMN[query.orderBy]} ${direction} nulls last, a.id ${direction}
    limit ${bind(query.limit)}::int offset ${bind(query.offset)}::int`;
  return { text, values };
}

/** What `like` would read as a wildcard stands for itself. */
const escapeWildcards = (text: string): string => text.replace(/[\\%_]/g, '\\$&');
