import type { ChannelRecord, PresenceStore } from '../../application/ports/presence-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { columnsOf } from '../columns.ts';
import type { Database, Statement } from '../database.ts';

const REGISTER_NODE: Statement = {
  name: 'register-node',
  text: `with earlier as (delete from channels where node_id = $1)
         insert into nodes (id, seen_at) values ($1, $2) on conflict (id) do update set seen_at = excluded.seen_at`,
};

/**
 * The node's row, the channels that another node swept meanwhile (not those of agents that are gone), and the agents'
 * signs of life. Agents that another node is writing are passed over: its sign of life is as good as ours.
 */
const RENEW_NODE: Statement = {
  name: 'renew-node',
  text: `with node as (
           insert into nodes (id, seen_at) values ($1, $2)
           on conflict (id) do update set seen_at = greatest(nodes.seen_at, excluded.seen_at)
         ), restored as (
           insert into channels (id, agent_id, node_id, api_key_id, transport, opened_at)
           select c.id, c.agent_id, $1, c.api_key_id, c.transport, c.opened_at
           from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::text[], $8::timestamptz[])
             as c (id, agent_id, api_key_id, transport, opened_at)
           join agents a on a.id = c.agent_id
           on conflict (id) do nothing
         ), heard as (
           select a.id, s.at from unnest($9::uuid[], $10::timestamptz[]) as s (id, at)
           join agents a on a.id = s.id
           where a.last_heartbeat_at is null or a.last_heartbeat_at < s.at
           for no key update of a skip locked
         ), written as (
           update agents a set last_heartbeat_at = heard.at from heard where a.id = heard.id
         )
         select count(*)::int as others from nodes where id <> $1 and seen_at >= $3::timestamptz`,
};

const REMOVE_NODE: Statement = { name: 'remove-node', text: 'delete from nodes where id = $1' };

const FORGET_STALE_NODES: Statement = {
  name: 'forget-stale-nodes',
  text: `with stale as (delete from nodes where seen_at < $1 returning id)
         select distinct c.agent_id from stale join channels c on c.node_id = stale.id`,
};

const ENSURE_NODE: Statement = {
  name: 'ensure-node',
  text: 'insert into nodes (id, seen_at) values ($1, $2) on conflict (id) do nothing',
};

const INSERT_CHANNEL: Statement = {
  name: 'insert-channel',
  text: `insert into channels (id, agent_id, node_id, api_key_id, transport, opened_at)
         select $1, $2, $3, $4, $5, $6
         where (
           select count(*) from channels c join nodes n on n.id = c.node_id
           where c.agent_id = $2 and n.seen_at >= $8::timestamptz
         ) < $7::int
         returning id`,
};

const REMOVE_CHANNEL: Statement = { name: 'remove-channel', text: 'delete from channels where id = $1' };

const ARE_CONNECTED: Statement = {
  name: 'are-connected',
  text: `select distinct c.agent_id from channels c join nodes n on n.id = c.node_id
         where c.agent_id = any ($1::uuid[]) and n.seen_at >= $2::timestamptz`,
};

const CHANNELS_OF: Statement = {
  name: 'channels-of-agent',
  text: `select c.id, c.agent_id, c.node_id, c.api_key_id, c.transport, c.opened_at, (
           select count(*)::int from requests r where r.channel_id = c.id and r.finished_at is null
         ) as open_requests
         from channels c join nodes n on n.id = c.node_id
         where c.agent_id = $1 and n.seen_at >= $2::timestamptz
         order by open_requests, c.opened_at, c.id`,
};

type ChannelRow = {
  readonly id: string;
  readonly agent_id: string;
  readonly node_id: string;
  readonly api_key_id: string;
  readonly transport: ChannelRecord['transport'];
  readonly opened_at: Date;
};

const RENEWED_COLUMNS: readonly ((channel: ChannelRecord) => unknown)[] = [
  ({ id }) => id,
  ({ agentId }) => agentId,
  ({ apiKeyId }) => apiKeyId,
  ({ transport }) => transport,
  ({ openedAt }) => openedAt.toISOString(),
];

/** Presence in two small tables: a channel's row goes with its node's. */
export const createPresenceStore = (database: Database): PresenceStore => ({
  registerNode: async (nodeId, at) => {
    await database.query(REGISTER_NODE, [nodeId, at.toISOString()]);
  },

  renewNode: async (nodeId, channels, signsOfLife, at, timeoutMs) => {
    const heard = [...signsOfLife].filter(([agentId]) => isUuid(agentId));
    const [row] = await database.query<{ readonly others: number }>(RENEW_NODE, [
      nodeId,
      at.toISOString(),
      new Date(at.getTime() - timeoutMs).toISOString(),
      ...columnsOf(channels, RENEWED_COLUMNS),
      heard.map(([agentId]) => agentId),
      heard.map(([, heardAt]) => heardAt.toISOString()),
    ]);
    return { otherNodes: row?.others ?? 0 };
  },

  removeNode: async (nodeId) => {
    await database.query(REMOVE_NODE, [nodeId]);
  },

  forgetStaleNodes: async (notSeenSince) => {
    const rows = await database.query<{ readonly agent_id: string }>(FORGET_STALE_NODES, [notSeenSince.toISOString()]);
    return rows.map((row) => row.agent_id);
  },

  insertChannel: async ({ id, agentId, nodeId, apiKeyId, transport, openedAt }, max, aliveSince) => {
    if (!isUuid(agentId)) return false;
    return database.transaction('insert-channel', async (connection) => {
      const agents = await connection.query(LOCK_AGENT, [agentId]);
      if (agents.length === 0) return false;
      await connection.query(ENSURE_NODE, [nodeId, openedAt.toISOString()]);
      const inserted = await connection.query(INSERT_CHANNEL, [
        id,
        agentId,
        nodeId,
        apiKeyId,
        transport,
        openedAt.toISOString(),
        max,
        aliveSince.toISOString(),
      ]);
      return inserted.length === 1;
    });
  },

  removeChannel: async (channelId) => {
    if (isUuid(channelId)) await database.query(REMOVE_CHANNEL, [channelId]);
  },

  areConnected: async (agentIds, aliveSince) => {
    const rows = await database.query<{ readonly agent_id: string }>(ARE_CONNECTED, [
      agentIds.filter(isUuid),
      aliveSince.toISOString(),
    ]);
    const connected = new Set(rows.map((row) => row.agent_id));
    return agentIds.map((id) => connected.has(id));
  },

  channelsOf: async (agentId, aliveSince) => {
    if (!isUuid(agentId)) return [];
    const rows = await database.query<ChannelRow & { readonly open_requests: number }>(CHANNELS_OF, [
      agentId,
      aliveSince.toISOString(),
    ]);
    return rows.map((row) => ({
      channel: {
        id: row.id,
        agentId: row.agent_id,
        nodeId: row.node_id,
        apiKeyId: row.api_key_id,
        transport: row.transport,
        openedAt: row.opened_at,
      },
      openRequests: row.open_requests,
    }));
  },
});
