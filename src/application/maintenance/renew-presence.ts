import type { Channel } from '../channel/channel.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Clock } from '../ports/clock.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { MaintenanceTask } from './task.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly nodeTimeoutMs: number;
  readonly channels: NodeChannels;
  readonly cluster: ClusterView;
  readonly presence: PresenceStore;
  readonly clock: Clock;
};

/** Renews the node's row, with the heartbeats of its agents, so that no other node forgets it. */
export function renewPresence(deps: Dependencies): MaintenanceTask {
  const { nodeId, nodeTimeoutMs, channels, cluster, presence, clock } = deps;

  /** The latest heartbeat of each agent. */
  function heartbeatsOf(heard: Iterable<Channel>): ReadonlyMap<string, Date> {
    const latest = new Map<string, Date>();
    for (const { record, lastHeartbeatAt } of heard) {
      const known = latest.get(record.agentId);
      if (!known || known < lastHeartbeatAt) latest.set(record.agentId, lastHeartbeatAt);
    }
    return latest;
  }

  return {
    name: 'renew presence',
    everyMs: cluster.renewEveryMs,
    async run() {
      const begun = clock.monotonic();
      const at = clock.now();
      const open = channels.all().filter((each) => each.isOpen);
      const records = open.map(({ record }) => record);
      const heard = channels.takeHeard();
      const { otherNodes } = await presence
        .renewNode(nodeId, records, heartbeatsOf(heard), at, nodeTimeoutMs)
        .catch((error: unknown) => {
          for (const channel of heard) channels.recordHeard(channel);
          throw error;
        });
      cluster.recordRenewal(begun, otherNodes);
      // What ended meanwhile may have been written again.
      const ended = open.filter((each) => !each.isOpen);
      if (ended.length > 0) await presence.removeChannels(ended.map(({ record }) => record.id));
    },
  };
}
