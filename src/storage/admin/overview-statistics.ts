import type {
  LatencyPercentiles,
  OverviewWindow,
  PlatformTotals,
  RejectionCount,
  StatisticsStore,
} from '../../application/ports/statistics-store.ts';
import type { RequestStatus } from '../../domain/request.ts';
import type { Database, Statement } from '../database.ts';

const TOTALS: Statement = {
  name: 'platform-totals',
  text: `with alive as (
           select c.agent_id from channels c join nodes n on n.id = c.node_id where n.seen_at >= $1
         )
         select (select count(*) from agents)::int as agents,
           (select count(distinct agent_id) from alive)::int as "agentsOnline",
           (select count(*) from alive)::int as channels,
           (select count(*) from requests where finished_at is null)::int as "openRequests"`,
};

/** Milliseconds of the completed ones, as an array: the median, 90, 95 and 99 of a hundred. */
const PERCENTILES = `percentile_cont(array[0.5, 0.9, 0.95, 0.99]) within group (
    order by extract(epoch from finished_at - created_at)::float8 * 1000
  ) filter (where status = 'COMPLETED')`;

/** One pass over the window's rows: a line per bucket and status, and one per bucket for all of its statuses. */
const BUCKETS: Statement = {
  name: 'overview-buckets',
  text: `select width_bucket(
           extract(epoch from created_at), extract(epoch from $1::timestamptz), extract(epoch from $2::timestamptz), $3::int
         ) as bucket, status, count(*)::int as count,
           (count(*) filter (where status = 'COMPLETED'))::int as completed, ${PERCENTILES} as percentiles
         from requests where created_at >= $1::timestamptz and created_at < $2::timestamptz
         group by grouping sets ((bucket, status), (bucket))`,
};

const LATENCY: Statement = {
  name: 'overview-latency',
  text: `select (count(*) filter (where status = 'COMPLETED'))::int as completed, ${PERCENTILES} as percentiles
         from requests where created_at >= $1::timestamptz and created_at < $2::timestamptz`,
};

const REJECTIONS: Statement = {
  name: 'overview-rejections',
  text: `select l.stage, coalesce(l.reason, '') as reason, count(*)::int as count
         from requests r, json_to_recordset(r.pipeline_log) as l (stage text, passed boolean, reason text)
         where r.created_at >= $1::timestamptz and r.created_at < $2::timestamptz and r.status = 'REJECTED' and not l.passed
         group by l.stage, l.reason order by count desc, l.stage, l.reason limit $3`,
};

type PercentileRow = { readonly completed: number; readonly percentiles: readonly number[] | null };
type BucketRow = PercentileRow & {
  readonly bucket: number;
  /** Null in the line that is for every status. */
  readonly status: RequestStatus | null;
  readonly count: number;
};

/** Aggregates over a span of time, each one statement. */
export const createOverviewStatistics = (database: Database): Omit<StatisticsStore, 'agentSummaries'> => ({
  totals: async (aliveSince) => {
    const [totals] = await database.query<PlatformTotals>(TOTALS, [aliveSince]);
    return totals ?? { agents: 0, agentsOnline: 0, channels: 0, openRequests: 0 };
  },

  buckets: async ({ from, to, buckets }) => {
    const rows = await database.query<BucketRow>(BUCKETS, [from, to, buckets]);
    const byBucket = Map.groupBy(rows, ({ bucket }) => bucket);
    return Array.from({ length: buckets }, (_, index) => {
      const ofBucket = byBucket.get(index + 1) ?? [];
      const counts = ofBucket.flatMap(({ status, count }) => (status === null ? [] : [[status, count]]));
      return {
        from: startOf({ from, to, buckets }, index),
        byStatus: Object.fromEntries(counts),
        latency: toLatency(ofBucket.find(({ status }) => status === null)),
      };
    });
  },

  latency: async ({ from, to }) => {
    const [row] = await database.query<PercentileRow>(LATENCY, [from, to]);
    return toLatency(row);
  },

  rejections: ({ from, to }, limit) => database.query<RejectionCount>(REJECTIONS, [from, to, limit]),
});

const startOf = ({ from, to, buckets }: OverviewWindow, index: number): Date =>
  new Date(from.getTime() + ((to.getTime() - from.getTime()) / buckets) * index);

const toLatency = (row: PercentileRow | undefined): LatencyPercentiles => {
  const [p50 = null, p90 = null, p95 = null, p99 = null] = row?.percentiles ?? [];
  return { count: row?.completed ?? 0, p50, p90, p95, p99 };
};
