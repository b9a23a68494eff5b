import { sql } from 'kysely';
import type { RequestStatus } from '../../domain/request.ts';
import type { StageResult } from '../../domain/verdict.ts';
import { liveChannels } from '../channels/presence-statements.ts';
import { anyOf, rowCount, sumOf } from '../expressions.ts';
import { type Expressions, rows } from '../parameters.ts';
import { CLOCKS_DIFFER_MS, firstIdAt } from '../requests/request-ids.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { binOf } from './latency-histogram.ts';
import { RequestSummaryEntity } from './request-summary-entity.ts';

export const TOTALS = statement('platform-totals', { aliveSince: 'timestamptz' }, ({ aliveSince }) =>
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

/** From one moment up to but not including another one. */
export type Span = { readonly from: Date; readonly to: Date };

/** Spans of time, each with the ids that its requests may have: the index over ids finds them. */
const SPANS = { spans: rows({ from: 'timestamptz', to: 'timestamptz', fromId: 'uuid', toId: 'uuid' }) } as const;

export const withIds = ({ from, to }: Span) => ({
  from,
  to,
  fromId: firstIdAt(new Date(from.getTime() - CLOCKS_DIFFER_MS)),
  toId: firstIdAt(new Date(to.getTime() + CLOCKS_DIFFER_MS)),
});

/** Requests that were submitted in one of the spans. */
const submittedIn = (spans: Expressions<typeof SPANS>['spans']) =>
  db
    .selectFrom(spans.as('s'))
    .innerJoin('requests as r', (join) => join.onRef('r.id', '>=', 's.fromId').onRef('r.id', '<', 's.toId'))
    .whereRef('r.created_at', '>=', 's.from')
    .whereRef('r.created_at', '<', 's.to')
    .select(['r.id', 'r.status', 'r.created_at', 'r.finished_at', 'r.pipeline_log']);

/** Those, and these others: what is not in a summary. */
const NOT_SUMMARISED = { ...SPANS, openIds: 'uuid[]' } as const;

const notSummarised = ({ spans, openIds }: Expressions<typeof NOT_SUMMARISED>) =>
  submittedIn(spans)
    .unionAll((or) =>
      or
        .selectFrom('requests as o')
        .select(['o.id', 'o.status', 'o.created_at', 'o.finished_at', 'o.pipeline_log'])
        .where('o.id', '=', anyOf(openIds)),
    )
    .as('r');

const latencyMs = sql<string>`(extract(epoch from r.finished_at - r.created_at) * 1000)::bigint`;

/** The bin of a completed one's latency; null for the others. */
const bin = sql<
  number | null
>`case when r.status = ${'COMPLETED' satisfies RequestStatus} then ${binOf(latencyMs)} end`;

/** How many there are of each bucket (from 1), status and bin. */
export const FIGURES = statement(
  'overview-figures',
  { ...NOT_SUMMARISED, from: 'timestamptz', to: 'timestamptz', buckets: 'int' },
  ({ from, to, buckets, ...which }) =>
    db
      .selectFrom(notSummarised(which))
      .select([
        sql<number>`width_bucket(
          extract(epoch from r.created_at), extract(epoch from ${from}), extract(epoch from ${to}), ${buckets}
        )`.as('bucket'),
        'r.status',
        bin.as('bin'),
        rowCount.as('count'),
      ])
      .groupBy(['bucket', 'r.status', 'bin']),
);

/** How many were rejected and not kept, of each bucket. */
export const NOT_KEPT = statement(
  'overview-rejections-not-kept',
  { from: 'timestamptz', to: 'timestamptz', buckets: 'int' },
  ({ from, to, buckets }) =>
    db
      .selectFrom('rejections_not_kept as n')
      .select([
        sql<number>`width_bucket(
          extract(epoch from n.starts_at), extract(epoch from ${from}), extract(epoch from ${to}), ${buckets}
        )`.as('bucket'),
        sumOf('n.count').as('count'),
      ])
      .where('n.starts_at', '>=', from)
      .where('n.starts_at', '<', to)
      .groupBy('bucket'),
);

/** Ids that are listed of one group at most, and one more to tell. */
export const OPEN_IDS_MAX = 1_000;

/** The same of one span, with the ids of those that are not finished, all at one moment. */
export const TO_SUMMARISE = statement('requests-to-summarise', SPANS, ({ spans }) =>
  db
    .selectFrom(submittedIn(spans).as('r'))
    .select([
      'r.status',
      bin.as('bin'),
      rowCount.as('count'),
      sql<
        readonly string[] | null
      >`(array_agg(r.id) filter (where r.finished_at is null))[1:${sql.lit(OPEN_IDS_MAX + 1)}]`.as('openIds'),
    ])
    .groupBy(['r.status', 'bin']),
);

type LoggedStage = Pick<StageResult, 'stage' | 'passed' | 'reason'>;

/** How often each stage said no for each reason. */
const rejectionsAmong = (requests: ReturnType<typeof notSummarised>) =>
  db
    .selectFrom(requests)
    .innerJoinLateral(
      sql<LoggedStage>`json_to_recordset(r.pipeline_log)`.as<'l'>(sql`l (stage text, passed boolean, reason text)`),
      (join) => join.onTrue(),
    )
    .select((select) => ['l.stage', select.fn.coalesce('l.reason', sql.lit('')).as('reason'), rowCount.as('count')])
    .where('r.status', '=', 'REJECTED')
    .where('l.passed', '=', false)
    .groupBy(['l.stage', 'l.reason']);

/** Of those that are only counted the reasons are not known. */
const NOT_KEPT_REASON = 'Rejected and not kept';

export const REJECTIONS = statement(
  'overview-rejections',
  { ...NOT_SUMMARISED, summarised: 'timestamptz[]', from: 'timestamptz', to: 'timestamptz', limit: 'int' },
  ({ summarised, from, to, limit, ...which }) =>
    db
      .selectFrom(
        rejectionsAmong(notSummarised(which))
          .unionAll((or) =>
            or
              .selectFrom('rejection_summaries as s')
              .select(['s.stage', 's.reason', 's.count'])
              .where('s.starts_at', '=', anyOf(summarised)),
          )
          .unionAll((or) =>
            or
              .selectFrom('rejections_not_kept as n')
              .select(['n.stage', sql.lit(NOT_KEPT_REASON).as('reason'), 'n.count'])
              .where('n.starts_at', '>=', from)
              .where('n.starts_at', '<', to),
          )
          .as('r'),
      )
      .select(['r.stage', 'r.reason', sumOf('r.count').as('count')])
      .groupBy(['r.stage', 'r.reason'])
      .orderBy('count', 'desc')
      .orderBy('r.stage')
      .orderBy('r.reason')
      .limit(limit),
);

const SUMMARY = columnsOfTable(RequestSummaryEntity);

const SPAN = { from: 'timestamptz', to: 'timestamptz' } as const;

/** Summaries that begin in the span. */
export const SUMMARIES = statement('request-summaries', SPAN, (span) => summariesIn(span).select(SUMMARY.from('s')));

/** The same without what they count. */
export const SUMMARISED = statement('summarised', SPAN, (span) =>
  summariesIn(span).select(['s.starts_at as startsAt', 's.open_ids as openIds']),
);

function summariesIn({ from, to }: Expressions<typeof SPAN>) {
  return db.selectFrom('request_summaries as s').where('s.starts_at', '>=', from).where('s.starts_at', '<', to);
}
