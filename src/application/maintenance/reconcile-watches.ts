import type { ClusterView } from '../cluster/cluster-view.ts';
import type { RequestWatches } from '../requests/request-watches.ts';
import { createCatchUp } from './catch-up.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = { readonly watches: RequestWatches; readonly cluster: ClusterView };

/**
 * Tells followers of requests what other nodes did and did not tell. A node alone tells itself everything; but one
 * that dies between a change and its hint tells nobody, so the loss of the last other node counts, too.
 */
export function reconcileWatches({ watches, cluster }: Dependencies): MaintenanceTask {
  const isCatchUpDue = createCatchUp(cluster);
  let isOneGone = false;
  cluster.onNodeGone(() => {
    isOneGone = true;
  });
  return {
    name: 'reconcile watches',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => (cluster.otherNodes > 0 || isOneGone) && isCatchUpDue(),
    async run() {
      isOneGone = false;
      await watches.reconcile();
    },
  };
}
