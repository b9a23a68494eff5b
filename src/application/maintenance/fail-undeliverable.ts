import { maxLossesOf } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { GivenUp, RequestStore } from '../ports/request-store.ts';
import { announce } from '../requests/announce.ts';
import { type MaintenanceTask, SWEEP_BATCH, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly maxAttempts: number;
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly time: FollowedTime;
  readonly clock: Clock;
  readonly metrics: Metrics;
};

/** Ends requests that nobody acked often enough, or that were alone when their channels ended often enough in a row. */
export function failUndeliverable({
  maxAttempts,
  requests,
  changes,
  time,
  clock,
  metrics,
}: Dependencies): MaintenanceTask {
  const limits = { unacked: maxAttempts, losses: maxLossesOf(maxAttempts) };
  const errors = errorsOf(limits);
  return {
    name: 'fail undeliverable requests',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => time.isSteady,
    async run() {
      const failed = await requests.failUndeliverable(limits, errors, clock.now(), SWEEP_BATCH);
      metrics.undeliverableRequests.add(failed.length);
      for (const request of failed) announce(changes, request);
      const guilty = failed.filter(({ losses }) => losses >= limits.losses);
      if (guilty.length > 0) await requests.forgetLosses([...new Set(guilty.map(({ agentId }) => agentId))]);
    },
  };
}

const errorsOf = ({ unacked, losses }: { readonly unacked: number; readonly losses: number }): GivenUp => ({
  unacked: {
    code: 'undeliverable',
    message: `Delivered ${times(unacked)}; the agent acknowledged none of the deliveries in time.`,
  },
  disconnected: {
    code: 'undeliverable',
    message: `Delivered ${times(losses)}; the agent's channel ended each time before anything else finished.`,
  },
  oversize: {
    code: 'result_too_large',
    message: `Delivered ${times(losses)}; each time the agent sent a message so long that its channel was closed, before anything else finished.`,
  },
});

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`);
