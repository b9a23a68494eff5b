import { OVERVIEW_SPAN_MAX_MS } from '../admin/statistics.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import { type StatisticsStore, SUMMARY_MS } from '../ports/statistics-store.ts';
import { type MaintenanceTask, SURE_AFTER_MS } from './task.ts';

const EVERY_MS = 60_000;
/** A request is stored a moment after the time that it is of; a node that stood still meanwhile may need longer. */
const SETTLED_AFTER_MS = 15 * 60_000;
/** Clocks of nodes differ by less: what one of them takes for over another does, too. */
const CLOCKS_DIFFER_MS = 60_000;
/** Half hours that are looked for with one statement. */
const BATCH = 40;
/**
 * After this long a run leaves the rest to the next one: a database with many requests and no summaries gets them within
 * minutes, the latest first, and is kept busy with that a quarter of the time at most.
 */
const RUN_MAX_MS = 15_000;

type Dependencies = {
  readonly statistics: StatisticsStore;
  readonly clock: Clock;
  readonly time: Pick<FollowedTime, 'setFarAgoMs'>;
  /** How long a finished request is kept, in milliseconds; 0 for ever. */
  readonly retentionMs: number;
};

/** Summarises what was submitted in each half hour, for the administrators' overview. */
export function summariseRequests({ statistics, clock, time, retentionMs }: Dependencies): MaintenanceTask {
  const keptMs = retentionMs === 0 ? OVERVIEW_SPAN_MAX_MS : Math.min(retentionMs, OVERVIEW_SPAN_MAX_MS);
  let wasSure = false;
  /** What was summarised while the clock was ahead lacks what came since; once it is sure that it was, also of all the time that this took. */
  const forgetBehind = async (settled: number) => {
    const agoMs = time.setFarAgoMs;
    const isSure = agoMs >= SURE_AFTER_MS;
    const sinceMs = Number.isFinite(agoMs) ? agoMs : SURE_AFTER_MS;
    const moment = settled - SUMMARY_MS + CLOCKS_DIFFER_MS - (wasSure ? 0 : sinceMs);
    if (isSure) await statistics.forgetSummariesBehind(new Date(moment));
    wasSure = isSure;
  };
  return {
    name: 'summarise requests',
    everyMs: EVERY_MS,
    async run(signal) {
      const now = clock.now().getTime();
      const settled = now - SETTLED_AFTER_MS;
      let until: Date | null = new Date(settled);
      const from = new Date(Math.ceil((now - keptMs) / SUMMARY_MS) * SUMMARY_MS);
      await forgetBehind(settled);
      const begun = clock.monotonic();
      while (until !== null && clock.monotonic() - begun < RUN_MAX_MS && !signal.aborted) {
        until = await statistics.summarise(from, until, BATCH);
      }
    },
  };
}
