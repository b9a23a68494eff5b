import type { ChannelHub } from '../channel/hub.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Log } from '../ports/log.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = { readonly hub: ChannelHub; readonly cluster: ClusterView; readonly log: Log };

/**
 * Sends the agents of a node elsewhere that could not renew itself for a timeout: others may have taken it for dead, and
 * deliver what its channels hold. While that lasts it opens none (docs/decisions/0036).
 */
export function fenceNode({ hub, cluster, log }: Dependencies): MaintenanceTask {
  let isFenced = false;
  return {
    name: 'fence node',
    everyMs: SWEEP_EVERY_MS,
    async run() {
      if (cluster.isFenced() === isFenced) return;
      isFenced = !isFenced;
      if (!isFenced) {
        log.info({}, 'this node can renew itself again, and takes channels');
        return;
      }
      const notRenewedForMs = Math.round(cluster.renewalAgeMs);
      log.error(
        { notRenewedForMs },
        'this node could not renew itself for NODE_TIMEOUT_SECONDS, so that others may have taken over: it closes its channels, and takes none until it can',
      );
      hub.closeAllFenced();
    },
  };
}
