import { type Expression, sql } from 'kysely';
import type { LatencyPercentiles, OverviewWindow, StatisticsStore } from '../../application/ports/statistics-store.ts';
import type { RequestStatus } from '../../domain/request.ts';
import type { StageResult } from '../../domain/verdict.ts';
import { liveChannels } from '../channels/presence-statements.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

const TOTALS = statement('platform-totals', { aliveSince: 'timestamptz' }, ({ aliveSince }) =>
  db
    .with('alive', (cte) => cte.selectFrom(liveChannels(aliveSince).select('c.agent_id').as('l')).selectAll())
    .selectNoFrom(({ selectFrom }) => [
      selectFrom('agents').select(rowCount.as('n')).$asScalar().$notNull().as('agents'),
      selectFrom('alive')
        .select(sql<number>`count(distinct agent_id)::int`.as('n'))
        .$asScalar()
        .$notNull()
        .as('agentsOnline'),
      selectFrom('alive').select(rowCount.as('n')).$asScalar().$notNull().as('channels'),
      selectFrom('requests')
        .select(rowCount.as('n'))
        .where('finished_at', 'is', null)
        .$asScalar()
        .$notNull()
        .as('openRequests'),
    ]),
);

const WINDOW = { from: 'timestamptz', to: 'timestamptz' } as const;

const submittedIn = ({ from, to }: { readonly from: Expression<Date>; readonly to: Expression<Date> }) =>
  db.selectFrom('requests as r').where('r.created_at', '>=', from).where('r.created_at', '<', to);

const ofCompleted = sql`filter (where ${sql.ref('r.status')} = ${'COMPLETED' satisfies RequestStatus})`;
const completed = sql<number>`(count(*) ${ofCompleted})::int`.as('completed');

/** Milliseconds of the completed ones, as an array: the median, 90, 95 and 99 of a hundred; null where there are none. */
const percentiles = sql<readonly number[] | null>`percentile_cont(array[0.5, 0.9, 0.95, 0.99]) within group (
  order by extract(epoch from r.finished_at - r.created_at)::float8 * 1000
) ${ofCompleted}`.as('percentiles');

/** One pass over the window's rows: a line per bucket and status, and one per bucket for all of its statuses. */
const BUCKETS = statement('overview-buckets', { ...WINDOW, buckets: 'int' }, ({ from, to, buckets }) => {
  const bucket = sql<number>`width_bucket(
    extract(epoch from r.created_at), extract(epoch from ${from}), extract(epoch from ${to}), ${buckets}
  )`;
  return submittedIn({ from, to })
    .select([bucket.as('bucket'), sql<RequestStatus | null>`r.status`.as('status'), rowCount.as('count')])
    .select([completed, percentiles])
    .groupBy(sql`grouping sets ((bucket, r.status), (bucket))`);
});

const LATENCY = statement('overview-latency', WINDOW, (window) => submittedIn(window).select([completed, percentiles]));

type LoggedStage = Pick<StageResult, 'stage' | 'passed' | 'reason'>;

const REJECTIONS = statement('overview-rejections', { ...WINDOW, limit: 'int' }, ({ from, to, limit }) =>
  submittedIn({ from, to })
    .innerJoinLateral(
      sql<LoggedStage>`json_to_recordset(r.pipeline_log)`.as<'l'>(sql`l (stage text, passed boolean, reason text)`),
      (join) => join.onTrue(),
    )
    .select((select) => ['l.stage', select.fn.coalesce('l.reason', sql.lit('')).as('reason'), rowCount.as('count')])
    .where('r.status', '=', 'REJECTED')
    .where('l.passed', '=', false)
    .groupBy(['l.stage', 'l.reason'])
    .orderBy('count', 'desc')
    .orderBy('l.stage')
    .orderBy('l.reason')
    .limit(limit),
);

/** Aggregates over a span of time, each one statement. */
export const createOverviewStatistics = (database: Database): Omit<StatisticsStore, 'agentSummaries'> => ({
  totals: async (aliveSince) => {
    const [totals] = await database.run(TOTALS, { aliveSince });
    return totals ?? { agents: 0, agentsOnline: 0, channels: 0, openRequests: 0 };
  },

  buckets: async (window) => {
    const rows = await database.run(BUCKETS, window);
    const byBucket = Map.groupBy(rows, ({ bucket }) => bucket);
    return Array.from({ length: window.buckets }, (_, index) => {
      const ofBucket = byBucket.get(index + 1) ?? [];
      // The line without a status is for all of them.
      const counts = ofBucket.flatMap(({ status, count }) => (status === null ? [] : [[status, count]]));
      return {
        from: startOf(window, index),
        byStatus: Object.fromEntries(counts),
        latency: toLatency(ofBucket.find(({ status }) => status === null)),
      };
    });
  },

  latency: async (window) => {
    const [row] = await database.run(LATENCY, window);
    return toLatency(row);
  },

  rejections: (window, limit) => database.run(REJECTIONS, { ...window, limit }),
});

const startOf = ({ from, to, buckets }: OverviewWindow, index: number): Date =>
  new Date(from.getTime() + ((to.getTime() - from.getTime()) / buckets) * index);

type Latency = { readonly completed: number; readonly percentiles: readonly number[] | null };

const toLatency = (row: Latency | undefined): LatencyPercentiles => {
  const [p50 = null, p90 = null, p95 = null, p99 = null] = row?.percentiles ?? [];
  return { count: row?.completed ?? 0, p50, p90, p95, p99 };
};
