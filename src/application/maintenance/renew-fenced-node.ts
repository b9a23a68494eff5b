import type { ClusterView } from '../cluster/cluster-view.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 1_000;

type Dependencies = { readonly cluster: ClusterView; readonly renewPresence: MaintenanceTask };

/**
 * A fenced node takes no agents until it has renewed itself, so it tries more often than the others, and beside a renewal
 * that is still under way, which may wait for an answer over a link that is gone. It is one small statement a second of
 * each such node, of which three at most wait for their answer.
 */
export const renewFencedNode = ({ cluster, renewPresence }: Dependencies): MaintenanceTask => ({
  name: 'renew fenced node',
  everyMs: Math.min(EVERY_MS, cluster.renewEveryMs),
  isDue: () => cluster.isFenced(),
  maxMs: EVERY_MS,
  run: (signal) => renewPresence.run(signal),
});
