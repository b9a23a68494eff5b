import { defineEntity, p } from '@mikro-orm/core';
import { OwnerEntity } from './owner-entity.ts';

/** Who decides what is held for approval. One that was removed stays, since what it decided does. */
export const ApproverEntity = defineEntity({
  name: 'Approver',
  tableName: 'approvers',
  properties: {
    id: p.uuid().primary(),
    /** Null where an administrator made it. */
    ownerId: () => p.manyToOne(OwnerEntity).mapToPk().strictNullable().deleteRule('no action').fieldName('owner_id'),
    displayName: p.text(),
    email: p.text().strictNullable(),
    agentIds: p.array().columnType('uuid[]').$type<readonly string[]>(),
    /** Null for every action. */
    actions: p.array().$type<readonly string[]>().strictNullable(),
    createdAt: p.datetime(3),
    removedAt: p.datetime(3).strictNullable(),
  },
  indexes: [
    {
      name: 'approvers_agent_ids_index',
      expression: 'create index approvers_agent_ids_index on approvers using gin (agent_ids)',
    },
    { name: 'approvers_owner_id_index', properties: ['ownerId', 'id'] },
  ],
});
