import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';
import { NodeEntity } from './node-entity.ts';

/** An open channel; it goes with its node and with its agent. */
export const ChannelEntity = defineEntity({
  name: 'Channel',
  tableName: 'channels',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    nodeId: () => p.manyToOne(NodeEntity).mapToPk().deleteRule('cascade').fieldName('node_id'),
    apiKeyId: p.uuid(),
    transport: p.enum(['graphql', 'websocket'] as const),
    openedAt: p.datetime(3),
  },
  indexes: [
    { name: 'channels_agent_id_index', properties: 'agentId' },
    { name: 'channels_node_id_index', properties: 'nodeId' },
  ],
});
