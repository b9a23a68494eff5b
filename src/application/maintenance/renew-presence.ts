import { UnavailableError } from '../../domain/errors.ts';
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

/** Renews the node's row, which is the lease of all its channels, so that no other node forgets it. */
export function renewPresence(deps: Dependencies): MaintenanceTask {
  const { nodeId, nodeTimeoutMs, channels, cluster, presence, clock } = deps;
  const openRecords = () => [...channels.each()].filter(({ isOpen }) => isOpen).map(({ record }) => record);
  return {
    name: 'renew presence',
    everyMs: cluster.renewEveryMs,
    // One that gets stuck must not cost the next ones.
    maxMs: cluster.renewEveryMs,
    async run() {
      const begun = clock.monotonic();
      cluster.recordTry(begun);
      const { otherNodes, restored } = await presence
        .renewNode(nodeId, openRecords, clock.now(), nodeTimeoutMs)
        .catch((error: unknown) => {
          cluster.recordFailure(error instanceof UnavailableError ? error.reason : null);
          throw error;
        });
      cluster.recordRenewal(begun, otherNodes);
      // What ended meanwhile may have been written again.
      const ended = restored.filter(({ id }) => !channels.get(id)?.isOpen).map(({ id }) => id);
      if (ended.length > 0) await presence.removeChannels(ended, clock.now());
    },
  };
}
