import type { ClusterView } from '../cluster/cluster-view.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { MaintenanceTask } from './task.ts';

/** Sets this node's time by the database's, as often as the node renews itself. */
export const followSharedTime = ({
  cluster,
  time,
}: {
  readonly cluster: ClusterView;
  readonly time: FollowedTime;
}): MaintenanceTask => ({
  name: 'follow shared time',
  everyMs: cluster.renewEveryMs,
  async run() {
    await time.ask();
  },
});
