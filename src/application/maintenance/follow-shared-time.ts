import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SharedTime } from '../ports/shared-time.ts';
import type { MaintenanceTask } from './task.ts';

/** What two clocks may differ by before one is set, besides what the asking took. */
const MAY_DIFFER_MS = 5;
const DIFFER_MUCH_MS = 1_000;

type Dependencies = {
  readonly cluster: ClusterView;
  readonly clock: Clock;
  readonly sharedTime: SharedTime;
  readonly log: Log;
};

/** Sets this node's time by the database's, where the two differ by more than the asking can tell. */
export function followSharedTime({ cluster, clock, sharedTime, log }: Dependencies): MaintenanceTask {
  let isFollowing = false;
  return {
    name: 'follow shared time',
    everyMs: cluster.renewEveryMs,
    async run() {
      const asked = clock.monotonic();
      const time = await sharedTime();
      const uncertainty = (clock.monotonic() - asked) / 2;
      const now = time.getTime() + uncertainty;
      const difference = clock.now().getTime() - now;
      if (isFollowing && Math.abs(difference) <= uncertainty + MAY_DIFFER_MS) return;
      const wasFollowing = isFollowing;
      isFollowing = true;
      if (Math.abs(difference) > DIFFER_MUCH_MS) {
        log.warn(
          { differenceMs: Math.round(difference) },
          "this node's clock is not the database's, which is followed",
        );
      }
      const before = clock.now().getTime();
      clock.follow(new Date(now));
      if (wasFollowing && Math.abs(clock.now().getTime() - before) > DIFFER_MUCH_MS) cluster.noteTimeWasSet();
    },
  };
}
