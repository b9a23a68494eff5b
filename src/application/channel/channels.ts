import type { Changes } from '../changes/changes.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { OpenKeys } from '../keys/open-keys.ts';
import type { Ports } from '../ports/ports.ts';
import { ChannelEnds } from './channel-ends.ts';
import { Dispatcher } from './dispatcher.ts';
import { ChannelHub } from './hub.ts';
import { NodeChannels } from './node-channels.ts';
import type { ChannelSettings } from './settings.ts';

type Dependencies = Ports & {
  readonly nodeId: string;
  readonly nodeTimeoutMs: number;
  readonly changes: Changes;
  readonly cluster: ClusterView;
  readonly time: FollowedTime;
  readonly openKeys: OpenKeys;
  readonly settings: ChannelSettings;
};

/** The channels of a node, what dispatches to them, and what opens and ends them. */
export function createChannels(deps: Dependencies) {
  const channels = new NodeChannels();
  const ends = new ChannelEnds({ ...deps, channels });
  const dispatcher = new Dispatcher({ ...deps, channels });
  const hub = new ChannelHub({ ...deps, channels, ends, dispatcher });
  return { channels, ends, dispatcher, hub };
}
