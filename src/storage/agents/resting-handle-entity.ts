import { defineEntity, p } from '@mikro-orm/core';

/** The handle of a deleted agent, which only its former owner may take while it rests. */
export const RestingHandleEntity = defineEntity({
  name: 'RestingHandle',
  tableName: 'resting_handles',
  properties: {
    handle: p.text().primary(),
    agentId: p.uuid(),
    ownerId: p.uuid().strictNullable(),
    freedAt: p.datetime(3),
  },
});
