import type { ChannelOfAgent, PresenceStore } from '../../application/ports/presence-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import {
  ARE_CONNECTED,
  CHANNELS_OF_AGENTS,
  ENSURE_NODE,
  FORGET_STALE_NODES,
  INSERT_CHANNEL,
  REGISTER_NODE,
  REMOVE_CHANNELS,
  REMOVE_NODE,
  RENEW_NODE,
} from './presence-statements.ts';

/** Presence in two small tables: a channel's row goes with its node's. */
export const createPresenceStore = (database: Database): PresenceStore => ({
  registerNode: async (id, seenAt) => {
    await database.run(REGISTER_NODE, { node: { id, seenAt } });
  },

  renewNode: async (nodeId, channels, heartbeats, at, timeoutMs) => {
    const [row] = await database.run(RENEW_NODE, {
      node: { id: nodeId, seenAt: at },
      channels: channels.map((channel) => ({ ...channel, nodeId })),
      heartbeats: [...heartbeats].flatMap(([agentId, at]) => (isUuid(agentId) ? [{ agentId, at }] : [])),
      aliveSince: new Date(at.getTime() - timeoutMs),
    });
    return { otherNodes: row?.others ?? 0 };
  },

  removeNode: async (id) => {
    await database.run(REMOVE_NODE, { id });
  },

  forgetStaleNodes: async (notSeenSince) => {
    const rows = await database.run(FORGET_STALE_NODES, { notSeenSince });
    return rows.map(({ agentId }) => agentId);
  },

  insertChannel: async (channel, max, aliveSince) => {
    const { agentId, nodeId, openedAt } = channel;
    if (!isUuid(agentId)) return 'no-agent';
    return database.transaction('insert-channel', async (connection) => {
      const agents = await connection.run(LOCK_AGENT, { id: agentId });
      if (agents.length === 0) return 'no-agent';
      await connection.run(ENSURE_NODE, { node: { id: nodeId, seenAt: openedAt } });
      const inserted = await connection.run(INSERT_CHANNEL, { channels: [channel], max, aliveSince });
      return inserted.length === 1 ? 'inserted' : 'too-many';
    });
  },

  removeChannels: async (ids) => {
    await database.run(REMOVE_CHANNELS, { ids: ids.filter(isUuid) });
  },

  areConnected: async (agentIds, aliveSince) => {
    const rows = await database.run(ARE_CONNECTED, { agentIds: agentIds.filter(isUuid), aliveSince });
    const connected = new Set(rows.map(({ agentId }) => agentId));
    return agentIds.map((id) => connected.has(id));
  },

  channelsOf: createChannelsReader(database),
});

/** Every new request asks when there are several nodes, so those of one tick share a statement. */
const createChannelsReader = (database: Database): PresenceStore['channelsOf'] => {
  type Ask = { readonly agentId: string; readonly aliveSince: Date };
  const read = createBatcher<Ask, readonly ChannelOfAgent[]>({
    run: async (asks) => {
      const agentIds = [...new Set(asks.map(({ agentId }) => agentId))];
      // They differ by the milliseconds that the batch took to fill.
      const aliveSince = new Date(Math.max(...asks.map((ask) => ask.aliveSince.getTime())));
      const rows = await database.run(CHANNELS_OF_AGENTS, { agentIds, aliveSince });
      const found = rows.map(({ openRequests, holdsSuspect, ...channel }) => ({ channel, openRequests, holdsSuspect }));
      const byAgent = Map.groupBy(found, ({ channel }) => channel.agentId);
      return asks.map(({ agentId }) => byAgent.get(agentId) ?? []);
    },
  });
  return async (agentId, aliveSince) => (isUuid(agentId) ? read({ agentId, aliveSince }) : []);
};
