import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { type MaintenanceTask, SURE_AFTER_MS } from './task.ts';

const EVERY_MS = 60_000;
/** Rows that one statement changes. */
const BATCH = 500;

type Dependencies = {
  readonly requests: Pick<RequestStore, 'removeRejectedParams'>;
  readonly time: Pick<FollowedTime, 'setFarAgoMs'>;
  readonly clock: Clock;
  /** How long the params of what was rejected at once are kept, in milliseconds. */
  readonly retentionMs: number;
};

/** Removes the params of what was rejected: whoever may ask anything could fill the database with what nobody wants. */
export function removeRejectedParams({ requests, time, clock, retentionMs }: Dependencies): MaintenanceTask {
  return {
    name: 'remove params of rejected requests',
    everyMs: EVERY_MS,
    isDue: () => time.setFarAgoMs >= SURE_AFTER_MS,
    async run(signal) {
      const before = new Date(clock.now().getTime() - retentionMs);
      while (!signal.aborted && (await requests.removeRejectedParams(before, BATCH)) === BATCH);
    },
  };
}
