import type { Principal } from '../../domain/principal.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireOwnerOf } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { Clock } from '../ports/clock.ts';
import type { ChannelRecord, PresenceStore } from '../ports/presence-store.ts';

type Dependencies = {
  readonly presence: PresenceStore;
  readonly directory: Directory;
  readonly clock: Clock;
  readonly nodeTimeoutMs: number;
};

/** A channel that is open now, and how many unfinished requests it holds. */
export type OpenChannel = { readonly channel: ChannelRecord; readonly openRequests: number };

/** The channels that an agent holds now, on every node, oldest first. For its owner and administrators. */
export function createReadChannels({ presence, directory, clock, nodeTimeoutMs }: Dependencies) {
  return async (principal: Principal | null, agentId: string): Promise<readonly OpenChannel[]> => {
    await requireOwnerOf(principal, agentId, directory.ownerOf);
    if (!isUuid(agentId)) return [];
    const channels = await presence.channelsOf(agentId, new Date(clock.now().getTime() - nodeTimeoutMs));
    return channels.toSorted((a, b) => a.channel.openedAt.getTime() - b.channel.openedAt.getTime());
  };
}
