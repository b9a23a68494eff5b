import { defineEntity, p } from '@mikro-orm/core';

/** Somebody whose agents and senders these are. */
export const OwnerEntity = defineEntity({
  name: 'Owner',
  tableName: 'owners',
  properties: {
    id: p.uuid().primary(),
    displayName: p.text().strictNullable(),
    createdAt: p.datetime(3),
  },
});
