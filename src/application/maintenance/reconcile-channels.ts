import type { Dispatcher } from '../channel/dispatcher.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import { createCatchUp } from './catch-up.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = { readonly dispatcher: Dispatcher; readonly cluster: ClusterView };

/** Brings what this node's channels hold in line with the database, for hints that got lost. */
export const reconcileChannels = ({ dispatcher, cluster }: Dependencies): MaintenanceTask => ({
  name: 'reconcile channels',
  everyMs: SWEEP_EVERY_MS,
  isDue: createCatchUp(cluster),
  run: () => dispatcher.reconcile(),
});
