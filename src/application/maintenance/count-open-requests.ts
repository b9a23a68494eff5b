import { COUNT_EVERY_MS } from '../count-pace.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { OpenTotals } from '../requests/open-totals.ts';
import type { MaintenanceTask } from './task.ts';

type Dependencies = {
  readonly requests: Pick<RequestStore, 'openTotals'>;
  readonly openTotals: OpenTotals;
  readonly clock: Clock;
};

/** Counts what is open on the platform, for those who admit more. */
export function countOpenRequests({ requests, openTotals, clock }: Dependencies): MaintenanceTask {
  return {
    name: 'count what is open',
    everyMs: COUNT_EVERY_MS,
    isDue: () => openTotals.isDue,
    async run() {
      const begun = clock.monotonic();
      const counted = await requests.openTotals(openTotals.max.requests, openTotals.least);
      openTotals.record(counted, clock.monotonic() - begun);
    },
  };
}
