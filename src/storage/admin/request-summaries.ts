import { sql } from 'kysely';
import { type StatisticsStore, SUMMARY_MS } from '../../application/ports/statistics-store.ts';
import { isFinal } from '../../domain/request.ts';
import type { Database } from '../database.ts';
import { rowOf, rowsOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import { OPEN_IDS_MAX, REJECTIONS, TO_SUMMARISE, withIds } from './overview-statements.ts';
import { RejectionSummaryEntity } from './rejection-summary-entity.ts';
import { RequestSummaryEntity } from './request-summary-entity.ts';

/** Reasons that a summary keeps: they may hold what strangers wrote, and be all different. */
const REASONS_MAX = 100;

const SUMMARY = columnsOfTable(RequestSummaryEntity);
const REJECTION = columnsOfTable(RejectionSummaryEntity);

const HALF_HOUR = sql.lit(`${SUMMARY_MS} milliseconds`);

/** From the first request on, if there is one: half hours without a summary, or whose summary names requests that have finished since; the latest first. */
const DUE = statement(
  'summaries-due',
  { from: 'timestamptz', until: 'timestamptz', limit: 'int' },
  ({ from, until, limit }) =>
    db
      .selectFrom(
        sql<{ startsAt: Date }>`generate_series(
          (select date_bin(${HALF_HOUR}::interval, greatest(${from}, created_at), 'epoch')
            from requests order by id limit 1),
          ${until} - ${HALF_HOUR}::interval, ${HALF_HOUR}::interval)`.as<'p'>(sql`p ("startsAt")`),
      )
      .leftJoin('request_summaries as s', 's.starts_at', 'p.startsAt')
      .select('p.startsAt')
      .where(({ or, eb, exists, selectFrom }) =>
        or([
          eb('s.starts_at', 'is', null),
          exists(
            selectFrom('requests as r')
              .select('r.id')
              .where('r.id', '=', sql<string>`any (s.open_ids)`)
              .where('r.finished_at', 'is not', null),
          ),
        ]),
      )
      .orderBy('p.startsAt', 'desc')
      .limit(limit),
);

const STORE = statement(
  'store-request-summary',
  { summary: rowOf(SUMMARY), rejections: rowsOf(REJECTION) },
  ({ summary, rejections }) =>
    db
      .with('summary', (cte) =>
        cte
          .insertInto('request_summaries')
          .values(summary)
          .onConflict((conflict) =>
            conflict.column('starts_at').doUpdateSet({
              counts: sql.ref('excluded.counts'),
              latencies: sql.ref('excluded.latencies'),
              open_ids: sql.ref('excluded.open_ids'),
            }),
          ),
      )
      .insertInto('rejection_summaries')
      .columns(REJECTION.names)
      .expression((from) => from.selectFrom(rejections.as('n')).selectAll('n'))
      .onConflict((conflict) =>
        conflict.columns(['starts_at', 'rank']).doUpdateSet({
          stage: sql.ref('excluded.stage'),
          reason: sql.ref('excluded.reason'),
          count: sql.ref('excluded.count'),
        }),
      ),
);

const FORGET_BEHIND = statement('forget-summaries-behind', { moment: 'timestamptz' }, ({ moment }) =>
  db
    .with('rejections', (cte) => cte.deleteFrom('rejection_summaries').where('starts_at', '>', moment))
    .deleteFrom('request_summaries')
    .where('starts_at', '>', moment),
);

/** Keeps the summaries. Nodes may do it side by side: what either finds is right at its moment. */
export const createRequestSummaries = (
  database: Database,
): Pick<StatisticsStore, 'summarise' | 'forgetSummariesBehind'> => {
  /** Not those of which more are open than a summary may name: they are read from the requests. */
  async function summariseOne(startsAt: Date): Promise<void> {
    const spans = [withIds({ from: startsAt, to: new Date(startsAt.getTime() + SUMMARY_MS) })];
    const groups = await database.run(TO_SUMMARISE, { spans });
    const openIds = groups.flatMap((group) => group.openIds ?? []);
    if (openIds.length > OPEN_IDS_MAX) return;
    const counts = new Map<string, number>();
    const latencies = new LatencyHistogram();
    for (const { status, bin, count } of groups) {
      if (!isFinal(status)) continue;
      counts.set(status, (counts.get(status) ?? 0) + count);
      if (bin !== null) latencies.add(bin, count);
    }
    // What was not kept is counted where it is.
    const nothing = { openIds: [], summarised: [], from: startsAt, to: startsAt };
    const found = await database.run(REJECTIONS, { ...nothing, spans, limit: REASONS_MAX });
    await database.run(STORE, {
      summary: { startsAt, counts: Object.fromEntries(counts), latencies: latencies.encode(), openIds },
      rejections: found.map((each, index) => ({ startsAt, rank: index + 1, ...each })),
    });
  }

  return {
    forgetSummariesBehind: async (moment) => {
      await database.run(FORGET_BEHIND, { moment });
    },

    summarise: async (from, until, limit) => {
      const due = await database.run(DUE, { from, until, limit });
      for (const { startsAt } of due) await summariseOne(startsAt);
      return due.length < limit ? null : (due.at(-1)?.startsAt ?? null);
    },
  };
};
