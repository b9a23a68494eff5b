import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

export const AgentEntity = defineEntity({
  name: 'Agent',
  tableName: 'agents',
  properties: {
    id: p.uuid().primary(),
    handle: p.text().unique('agents_handle_unique'),
    displayName: p.text(),
    description: p.text().strictNullable(),
    lastHeartbeatAt: p.datetime(3).strictNullable(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
  },
});

export type AgentRow = InferEntity<typeof AgentEntity>;
