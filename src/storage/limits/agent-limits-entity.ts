import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';

/** What an agent's owner allows senders, versioned as its policies are; null is the platform's. */
export const AgentLimitsEntity = defineEntity({
  name: 'AgentLimits',
  tableName: 'agent_limits',
  properties: {
    id: p.uuid().primary(),
    agentId: () => p.manyToOne(AgentEntity).mapToPk().deleteRule('cascade').fieldName('agent_id'),
    version: p.integer(),
    isActive: p.boolean(),
    perMinute: p.integer().strictNullable(),
    perDay: p.integer().strictNullable(),
    perSenderPerMinute: p.integer().strictNullable(),
    perSenderPerDay: p.integer().strictNullable(),
    openPerSender: p.integer().strictNullable(),
    createdAt: p.datetime(3),
  },
  uniques: [
    { name: 'agent_limits_agent_id_version_unique', properties: ['agentId', 'version'] },
    { name: 'agent_limits_active_unique', properties: 'agentId', where: 'is_active' },
  ],
});
