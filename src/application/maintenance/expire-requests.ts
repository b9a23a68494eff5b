import { announceEnd } from '../approvals/announce-end.ts';
import type { Changes } from '../changes/changes.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { Expired, RequestStore } from '../ports/request-store.ts';
import { type MaintenanceTask, SWEEP_BATCH, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly time: FollowedTime;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

const EXPIRED: Expired = {
  timeout: { code: 'timeout', message: 'The request expired before it was finished.' },
  suspended: { code: 'suspended', message: 'The request expired while its sender or its agent was suspended.' },
  held: { code: 'approval_expired', message: 'Nobody decided in time.' },
  blocked: { code: 'blocked', message: 'The request expired while its sender was blocked at the agent.' },
};

/** Ends requests whose time is over. */
export function expireRequests({ requests, changes, time, clock, log, metrics }: Dependencies): MaintenanceTask {
  return {
    name: 'expire requests',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => time.isSteady,
    async run() {
      const expired = await requests.expire(EXPIRED, clock.now(), SWEEP_BATCH);
      metrics.expiredRequests.add(expired.length);
      for (const request of expired) announceEnd({ changes, metrics, log }, request);
    },
  };
}
