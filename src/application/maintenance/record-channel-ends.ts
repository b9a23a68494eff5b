import type { ChannelEnds } from '../channel/channel-ends.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { MaintenanceTask } from './task.ts';

type Dependencies = { readonly ends: ChannelEnds; readonly cluster: ClusterView };

/** Records ends of channels that the database did not hear of, because it was away. */
export const recordChannelEnds = ({ ends, cluster }: Dependencies): MaintenanceTask => ({
  name: 'record channel ends',
  everyMs: cluster.renewEveryMs,
  run: () => ends.record(),
});
