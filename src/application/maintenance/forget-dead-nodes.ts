import type { Changes } from '../changes/changes.ts';
import { publishActivity } from '../changes/publish-activity.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly nodeTimeoutMs: number;
  readonly cluster: ClusterView;
  readonly presence: PresenceStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** Forgets nodes that do not renew themselves, with their channels: their agents' requests are anybody's again. */
export function forgetDeadNodes({
  nodeTimeoutMs,
  cluster,
  presence,
  changes,
  clock,
  log,
}: Dependencies): MaintenanceTask {
  return {
    name: 'forget dead nodes',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => cluster.mayForgetOthers(),
    async run() {
      const at = clock.now();
      const aliveSince = new Date(at.getTime() - nodeTimeoutMs);
      const agentIds = await presence.forgetStaleNodes(at, nodeTimeoutMs);
      if (agentIds.length === 0) return;
      const connected = await presence.areConnected(agentIds, aliveSince);
      const inactive = connected.filter((each) => !each).length;
      log.warn({ agents: agentIds.length, inactive }, 'a node that was not heard of is forgotten, with its channels');
      for (const [index, agentId] of agentIds.entries()) {
        changes.publish('agent', agentId, { event: 'wake' });
        if (connected[index]) continue;
        publishActivity(changes, agentId, { event: 'agent-status', agentId, status: 'INACTIVE', at });
      }
    },
  };
}
