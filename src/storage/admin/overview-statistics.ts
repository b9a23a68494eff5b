import type { OverviewFigures, OverviewWindow, StatisticsStore } from '../../application/ports/statistics-store.ts';
import { SUMMARY_MS } from '../../application/ports/statistics-store.ts';
import type { RequestStatus } from '../../domain/request.ts';
import type { Database } from '../database.ts';
import { LARGEST_INT } from '../expressions.ts';
import type { PreparedStatement } from '../statement.ts';
import type { RowIn } from '../tables.ts';
import { LatencyHistogram } from './latency-histogram.ts';
import {
  FIGURES,
  NOT_KEPT,
  REJECTIONS,
  type Span,
  SUMMARIES,
  SUMMARISED,
  TOTALS,
  withIds,
} from './overview-statements.ts';

/** What is known of any summary. */
type Summarised = RowIn<typeof SUMMARISED>;

/** What summaries tell, and what is left to be read from the requests themselves. */
type Parts<Summary> = {
  readonly summaries: readonly Summary[];
  readonly spans: readonly Span[];
  readonly openIds: readonly string[];
};

/**
 * Figures over a span of time: of its whole half hours from their summaries, where there are any that no part of the
 * window cuts in two, and of the rest from the requests (docs/decisions/0032).
 */
export const createOverviewStatistics = (
  database: Database,
): Pick<StatisticsStore, 'totals' | 'figures' | 'rejections'> => {
  async function partsOf<Summary extends Summarised>(
    read: PreparedStatement<Span, Summary>,
    window: OverviewWindow,
    keptSince: Date,
  ): Promise<Parts<Summary>> {
    const from = new Date(Math.max(window.from.getTime(), keptSince.getTime()));
    const stored = from < window.to ? await database.run(read, { from, to: window.to }) : [];
    const summaries = stored
      .filter(({ startsAt }) => isInOneBucket(window, startsAt))
      .sort((a, b) => a.startsAt.getTime() - b.startsAt.getTime());
    return { summaries, spans: between(window, summaries), openIds: summaries.flatMap(({ openIds }) => openIds) };
  }

  return {
    totals: async (aliveSince) => {
      const [totals] = await database.run(TOTALS, { aliveSince });
      return totals ?? { agents: 0, agentsOnline: 0, channels: 0, openRequests: 0 };
    },

    figures: async (window, keptSince) => {
      const { summaries, spans, openIds } = await partsOf(SUMMARIES, window, keptSince);
      const figures = new Figures(window);
      for (const { startsAt, counts, latencies } of summaries) {
        const index = bucketAt(window, startsAt.getTime());
        for (const [status, count] of Object.entries(counts)) figures.count(index, status as RequestStatus, count);
        figures.latencies(index).addEncoded(latencies);
      }
      const rows = await database.run(FIGURES, { ...window, spans: spans.map(withIds), openIds });
      for (const { bucket, status, bin, count } of rows) {
        figures.count(bucket - 1, status, count);
        if (bin !== null) figures.latencies(bucket - 1).add(bin, count);
      }
      for (const { bucket, count } of await database.run(NOT_KEPT, window)) {
        figures.count(bucket - 1, 'REJECTED', count);
      }
      return figures.answer();
    },

    rejections: async (window, limit, keptSince) => {
      const { summaries, spans, openIds } = await partsOf(SUMMARISED, window, keptSince);
      const summarised = summaries.map(({ startsAt }) => startsAt);
      const { from, to } = window;
      return database.run(REJECTIONS, { spans: spans.map(withIds), openIds, summarised, from, to, limit });
    },
  };
};

/** Sums, bucket by bucket. */
class Figures {
  readonly #window: OverviewWindow;
  readonly #buckets: readonly { byStatus: Partial<Record<RequestStatus, number>>; latencies: LatencyHistogram }[];

  constructor(window: OverviewWindow) {
    this.#window = window;
    this.#buckets = Array.from({ length: window.buckets }, () => ({ byStatus: {}, latencies: new LatencyHistogram() }));
  }

  count(index: number, status: RequestStatus, count: number): void {
    const { byStatus } = this.#bucket(index);
    byStatus[status] = Math.min(LARGEST_INT, (byStatus[status] ?? 0) + count);
  }

  latencies(index: number): LatencyHistogram {
    return this.#bucket(index).latencies;
  }

  answer(): OverviewFigures {
    const all = new LatencyHistogram();
    for (const { latencies } of this.#buckets) all.addAll(latencies);
    const buckets = this.#buckets.map(({ byStatus, latencies }, index) => ({
      from: startOf(this.#window, index),
      byStatus,
      latency: latencies.percentiles(),
    }));
    return { buckets, latency: all.percentiles() };
  }

  #bucket(index: number) {
    const bucket = this.#buckets[index];
    if (bucket === undefined) throw new RangeError(`There is no bucket ${index}.`);
    return bucket;
  }
}

const startOf = ({ from, to, buckets }: OverviewWindow, index: number): Date =>
  new Date(from.getTime() + ((to.getTime() - from.getTime()) / buckets) * index);

/** In whole numbers, as the database's `width_bucket` does, so that both put what is on a border into the same bucket. */
const bucketAt = ({ from, to, buckets }: OverviewWindow, time: number): number =>
  Math.floor(((time - from.getTime()) * buckets) / (to.getTime() - from.getTime()));

function isInOneBucket(window: OverviewWindow, startsAt: Date): boolean {
  const start = startsAt.getTime();
  const last = start + SUMMARY_MS - 1;
  return last < window.to.getTime() && bucketAt(window, start) === bucketAt(window, last);
}

/** What of the window lies between the summaries, which are in order. */
function between({ from, to }: Span, summaries: readonly Summarised[]): readonly Span[] {
  const starts = [...summaries.map(({ startsAt }) => startsAt), to];
  const ends = [from, ...summaries.map(({ startsAt }) => new Date(startsAt.getTime() + SUMMARY_MS))];
  return ends.map((end, index) => ({ from: end, to: starts[index] ?? to })).filter((span) => span.from < span.to);
}
