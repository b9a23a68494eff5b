import type { RequestFailure } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { announce } from '../requests/announce.ts';
import { type MaintenanceTask, SWEEP_BATCH, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly time: FollowedTime;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

const EXPIRED: RequestFailure = { code: 'timeout', message: 'The request expired before it was finished.' };

/** Ends requests whose time is over. */
export function expireRequests({ requests, changes, time, clock, metrics }: Dependencies): MaintenanceTask {
  return {
    name: 'expire requests',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => time.isSteady,
    async run() {
      const expired = await requests.expire(EXPIRED, clock.now(), SWEEP_BATCH);
      metrics.expiredRequests.add(expired.length);
      for (const request of expired) announce(changes, request);
    },
  };
}
