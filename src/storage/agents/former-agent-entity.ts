import { defineEntity, p } from '@mikro-orm/core';

/** Whose a deleted agent was: what is on record of it stays its owner's to read, and is nobody's who has the handle later. */
export const FormerAgentEntity = defineEntity({
  name: 'FormerAgent',
  tableName: 'former_agents',
  properties: {
    id: p.uuid().primary(),
    ownerId: p.uuid(),
    deletedAt: p.datetime(3),
  },
  indexes: [{ name: 'former_agents_owner_id_index', properties: ['ownerId', 'deletedAt'] }],
});
