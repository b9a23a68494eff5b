import type { ClusterView } from '../cluster/cluster-view.ts';
import type { OpenKeys } from '../keys/open-keys.ts';
import { createCatchUp } from './catch-up.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = { readonly openKeys: OpenKeys; readonly cluster: ClusterView };

/** Closes what was opened with a key that is not valid any more, for revocations whose hint got lost. */
export const recheckKeys = ({ openKeys, cluster }: Dependencies): MaintenanceTask => ({
  name: 'recheck keys',
  everyMs: SWEEP_EVERY_MS,
  isDue: createCatchUp(cluster),
  run: () => openKeys.recheck(),
});
