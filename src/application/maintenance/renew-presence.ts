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
  let written = new Map<string, number>();

  /** The latest heartbeat of each agent, where it is later than the one that was last written. */
  function newHeartbeats(): ReadonlyMap<string, Date> {
    const latest = new Map<string, number>();
    for (const { record, lastHeartbeatAt } of channels.all()) {
      const at = lastHeartbeatAt.getTime();
      if (at > (latest.get(record.agentId) ?? 0)) latest.set(record.agentId, at);
    }
    const isNew = ([agentId, at]: [string, number]) => at > (written.get(agentId) ?? 0);
    const fresh = [...latest].filter(isNew).map(([agentId, at]) => [agentId, new Date(at)] as const);
    written = latest;
    return new Map(fresh);
  }

  return {
    name: 'renew presence',
    everyMs: cluster.renewEveryMs,
    async run() {
      const begun = clock.monotonic();
      const at = clock.now();
      const open = channels.all().filter((each) => each.isOpen);
      const records = open.map(({ record }) => record);
      const { otherNodes } = await presence.renewNode(nodeId, records, newHeartbeats(), at, nodeTimeoutMs);
      cluster.recordRenewal(begun, otherNodes);
      // What ended meanwhile may have been written again.
      const ended = open.filter((each) => !each.isOpen);
      if (ended.length > 0) await presence.removeChannels(ended.map(({ record }) => record.id));
    },
  };
}
