import type { ChannelHub } from '../channel/hub.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

/** Closes channels that their key no longer opens, or that their agent does not read. */
export const closeOverdueChannels = ({ hub }: { readonly hub: ChannelHub }): MaintenanceTask => ({
  name: 'close overdue channels',
  everyMs: SWEEP_EVERY_MS,
  run: async () => hub.closeOverdue(),
});
