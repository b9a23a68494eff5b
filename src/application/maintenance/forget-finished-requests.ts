import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { type MaintenanceTask, SURE_AFTER_MS } from './task.ts';

const EVERY_MS = 60_000;
/** Rows that one statement forgets. */
const BATCH = 1_000;

type Dependencies = {
  readonly requests: RequestStore;
  readonly time: FollowedTime;
  readonly clock: Clock;
  /** How long a finished request is kept, in milliseconds; 0 for ever. */
  readonly retentionMs: number;
};

/** Forgets requests that have been finished for long enough, so that the database does not grow for ever. */
export function forgetFinishedRequests({ requests, time, clock, retentionMs }: Dependencies): MaintenanceTask {
  return {
    name: 'forget finished requests',
    everyMs: EVERY_MS,
    isDue: () => retentionMs > 0 && time.setFarAgoMs >= SURE_AFTER_MS,
    async run(signal) {
      const before = new Date(clock.now().getTime() - retentionMs);
      while (!signal.aborted && (await requests.forgetFinished(before, BATCH)) === BATCH);
    },
  };
}
