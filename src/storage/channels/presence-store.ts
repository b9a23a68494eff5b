import type { ChannelOfAgent, ChannelRecord, PresenceStore } from '../../application/ports/presence-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import type { RowIn } from '../tables.ts';
import { createOpenChannels } from './open-channels.ts';
import {
  ARE_CONNECTED,
  CHANNELS_OF_AGENTS,
  FORGET_STALE_NODES,
  type NODE,
  OLDEST_KNOWN,
  REGISTER_NODE,
  REMOVE_CHANNELS,
  REMOVE_NODE,
  RENEW_NODE,
  RESTORE_NODE,
} from './presence-statements.ts';

/** A renewal is waited for as long as this in any case. */
const RENEW_WITHIN_MIN_MS = 1_000;

/**
 * Presence in two small tables: a channel's row goes with its node's.
 * @param newestMigration that this release knows: what nodes could not work after waits for them
 */
export const createPresenceStore = (database: Database, newestMigration: string | null): PresenceStore => {
  /** Nodes whose rows came back with a new channel, without the others that they had. */
  const toRestore = new Set<string>();

  async function restore(node: RowIn<typeof NODE>, channels: readonly ChannelRecord[]): Promise<void> {
    try {
      const own = channels.map((channel) => ({ ...channel, nodeId: node.id }));
      await database.run(RESTORE_NODE, { node, channels: own });
    } catch (error) {
      toRestore.add(node.id);
      throw error;
    }
  }

  return {
    registerNode: async (id, seenAt) => {
      await database.run(REGISTER_NODE, { node: { id, seenAt, newestMigration } });
    },

    renewNode: async (nodeId, channels, at, timeoutMs) => {
      const node = { id: nodeId, seenAt: at, newestMigration };
      // Soon enough for another try before the node counts as dead, over a connection that is none of the silent ones.
      const withinMs = Math.max(RENEW_WITHIN_MIN_MS, timeoutMs / 2);
      const aliveSince = new Date(at.getTime() - timeoutMs);
      const [row] = await database.run(RENEW_NODE, { node, aliveSince }, withinMs);
      const wasForgotten = toRestore.delete(nodeId) || !row?.isKnown;
      const restored = wasForgotten ? channels() : [];
      if (wasForgotten) await restore(node, restored);
      return { otherNodes: row?.others ?? 0, restored };
    },

    removeNode: async (id) => {
      await database.run(REMOVE_NODE, { id });
    },

    oldestKnown: async (aliveSince) => {
      const [row] = await database.run(OLDEST_KNOWN, { aliveSince });
      // Whoever asks lives, also where its own renewal is late.
      const oldest = row?.oldest ?? newestMigration;
      return oldest === '' ? null : oldest;
    },

    forgetStaleNodes: async (at, timeoutMs) => {
      const aliveSince = new Date(at.getTime() - timeoutMs);
      const rows = await database.run(FORGET_STALE_NODES, { at, aliveSince });
      return rows.map(({ agentId }) => agentId);
    },

    insertChannel: createOpenChannels(database, (nodeId) => toRestore.add(nodeId)),

    removeChannels: async (ids, at) => {
      await database.run(REMOVE_CHANNELS, { ids: ids.filter(isUuid), at });
    },

    areConnected: async (agentIds, aliveSince) => {
      const rows = await database.run(ARE_CONNECTED, { agentIds: agentIds.filter(isUuid), aliveSince });
      const connected = new Set(rows.map(({ agentId }) => agentId));
      return agentIds.map((id) => connected.has(id));
    },

    channelsOf: createChannelsReader(database),
  };
};

/** Every new request asks when there are several nodes, so those of one tick share a statement. */
const createChannelsReader = (database: Database): PresenceStore['channelsOf'] => {
  type Ask = { readonly agentId: string; readonly aliveSince: Date };
  const read = createBatcher<Ask, readonly ChannelOfAgent[]>({
    use: database.metrics.batches.of('channels_of_agents'),
    run: async (asks) => {
      const agentIds = [...new Set(asks.map(({ agentId }) => agentId))];
      // They differ by the milliseconds that the batch took to fill.
      const aliveSince = new Date(Math.max(...asks.map((ask) => ask.aliveSince.getTime())));
      const rows = await database.run(CHANNELS_OF_AGENTS, { agentIds, aliveSince });
      const found = rows.map(({ openRequests, holdsSuspect, isAwaited, ...channel }) => ({
        channel,
        openRequests,
        holdsSuspect,
        isAwaited,
      }));
      const byAgent = Map.groupBy(found, ({ channel }) => channel.agentId);
      return asks.map(({ agentId }) => byAgent.get(agentId) ?? []);
    },
  });
  return async (agentId, aliveSince) => (isUuid(agentId) ? read({ agentId, aliveSince }) : []);
};
