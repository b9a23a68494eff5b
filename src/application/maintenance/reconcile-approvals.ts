import type { ApprovalWatches } from '../approvals/watch-approvals.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 2_000;
/** Every so many times while hints reach every node: each follower reads all that is pending then. */
const EVERY = 15;

type Dependencies = { readonly approvalWatches: ApprovalWatches; readonly cluster: ClusterView };

/** Tells followers of approvals what other nodes did and did not tell. A node alone tells itself everything. */
export function reconcileApprovals({ approvalWatches, cluster }: Dependencies): MaintenanceTask {
  let times = 0;
  let isInDoubt = false;
  cluster.onDoubt(() => {
    isInDoubt = true;
  });
  return {
    name: 'reconcile approvals',
    everyMs: EVERY_MS,
    isDue() {
      times += 1;
      if (!approvalWatches.isAnyOpen) return false;
      if (isInDoubt) return true;
      return cluster.otherNodes > 0 && (!cluster.hintsReachAll() || times % EVERY === 0);
    },
    async run() {
      isInDoubt = false;
      approvalWatches.reconcile();
    },
  };
}
