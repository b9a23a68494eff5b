import { OVERVIEW_SPAN_MAX_MS } from '../admin/statistics.ts';
import type { Clock } from '../ports/clock.ts';
import { type StatisticsStore, SUMMARY_MS } from '../ports/statistics-store.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 60_000;
/** A request is stored a moment after the time that it is of; a node that stood still meanwhile may need longer. */
const SETTLED_AFTER_MS = 15 * 60_000;
/** Half hours that one run looks at: so a database that was never summarised is no burden, and takes two hours. */
const BATCH = 40;

type Dependencies = {
  readonly statistics: StatisticsStore;
  readonly clock: Clock;
  /** How long a finished request is kept, in milliseconds; 0 for ever. */
  readonly retentionMs: number;
};

/** Summarises what was submitted in each half hour, for the administrators' overview. */
export function summariseRequests({ statistics, clock, retentionMs }: Dependencies): MaintenanceTask {
  const keptMs = retentionMs === 0 ? OVERVIEW_SPAN_MAX_MS : Math.min(retentionMs, OVERVIEW_SPAN_MAX_MS);
  return {
    name: 'summarise requests',
    everyMs: EVERY_MS,
    async run() {
      const now = clock.now().getTime();
      const until = now - SETTLED_AFTER_MS;
      const from = new Date(Math.ceil((now - keptMs) / SUMMARY_MS) * SUMMARY_MS);
      await statistics.summarise(from, new Date(until), BATCH);
    },
  };
}
