import type { ClusterView } from '../cluster/cluster-view.ts';
import type { KeyUse } from '../keys/key-use.ts';
import type { MaintenanceTask } from './task.ts';

type Dependencies = { readonly keyUse: KeyUse; readonly cluster: ClusterView };

/** Writes when keys were last used. */
export const recordKeyUse = ({ keyUse, cluster }: Dependencies): MaintenanceTask => ({
  name: 'record key use',
  everyMs: cluster.renewEveryMs,
  run: () => keyUse.flush(),
});
