import type { ChannelHub } from '../channel/hub.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { SuspensionStore } from '../ports/suspension-store.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 2_000;

type Dependencies = {
  readonly nodeId: string;
  readonly channels: NodeChannels;
  readonly hub: ChannelHub;
  readonly suspensions: SuspensionStore;
};

/** Closes channels of suspended agents, for suspensions whose hint got lost, or came while the channel was opened. */
export const closeSuspended = ({ nodeId, channels, hub, suspensions }: Dependencies): MaintenanceTask => ({
  name: 'close channels of suspended agents',
  everyMs: EVERY_MS,
  isDue: () => channels.size > 0,
  async run() {
    hub.closeSuspended(await suspensions.agentsWithChannel(nodeId));
  },
});
