import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { type MaintenanceTask, SWEEP_BATCH, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly ackTimeoutMs: number;
  readonly time: FollowedTime;
  readonly requests: RequestStore;
  readonly clock: Clock;
};

/**
 * After the time was set, gives what this node's channels have not acked the whole ack timeout once more: leases of before
 * are over by the new time, or last for as much longer as it was set back. Not at once, since a node that has not noticed
 * yet goes on making such leases; and before any lease lapses again.
 */
export function renewLeases({ nodeId, ackTimeoutMs, time, requests, clock }: Dependencies): MaintenanceTask {
  let renewedFor = 0;
  return {
    name: 'renew leases',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => time.timesSet > renewedFor && time.isKnownToAll,
    async run(signal) {
      const { timesSet } = time;
      const leaseExpiresAt = new Date(clock.now().getTime() + ackTimeoutMs);
      while (!signal.aborted && (await requests.renewLeases(nodeId, leaseExpiresAt, SWEEP_BATCH)) === SWEEP_BATCH);
      renewedFor = timesSet;
    },
  };
}
