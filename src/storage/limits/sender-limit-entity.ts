import { defineEntity, p } from '@mikro-orm/core';
import { AgentEntity } from '../agents/agent-entity.ts';

/** One sender's own numbers at an agent, or that it is blocked there. */
export const SenderLimitEntity = defineEntity({
  name: 'SenderLimit',
  tableName: 'sender_limits',
  properties: {
    agentId: () => p.manyToOne(AgentEntity).primary().mapToPk().deleteRule('cascade').fieldName('agent_id'),
    senderId: p.uuid().primary(),
    perMinute: p.integer().strictNullable(),
    perDay: p.integer().strictNullable(),
    open: p.integer().strictNullable(),
    isBlocked: p.boolean(),
    reason: p.text().strictNullable(),
    updatedAt: p.datetime(3),
  },
});
