import type { Changes } from '../changes/changes.ts';
import type { MaintenanceTask } from '../maintenance/task.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { ClusterView } from './cluster-view.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly cluster: ClusterView;
  readonly presence: PresenceStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  /** What is done once before the node joins, and from then on by maintenance. */
  readonly followSharedTime: MaintenanceTask;
  readonly renewPresence: MaintenanceTask;
  readonly checkSchema: MaintenanceTask;
};

/** Makes this node one of the cluster, and takes it out again. */
export function createMembership(deps: Dependencies) {
  const { nodeId, cluster, presence, changes, clock, log } = deps;
  const { signal } = new AbortController();
  return {
    /** Answers when the others tell this node what they do. Throws where the database does not answer. */
    async join(): Promise<void> {
      await deps.followSharedTime.run(signal);
      await presence.registerNode(nodeId, clock.now());
      // Once it is registered no migration overlooks it; one that did not see it yet is seen here.
      await deps.checkSchema.run(signal);
      await deps.renewPresence.run(signal);
      await changes.inForce(cluster.otherNodes);
    },

    /** Never throws: where it fails, the others forget the node after its timeout. */
    async leave(): Promise<void> {
      await presence
        .removeNode(nodeId)
        .catch((error: unknown) => log.warn({ err: error }, 'the node leaves without having said so'));
    },
  };
}
