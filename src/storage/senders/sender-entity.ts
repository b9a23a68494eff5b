import { defineEntity, p } from '@mikro-orm/core';
import { OwnerEntity } from '../owners/owner-entity.ts';

export const SenderEntity = defineEntity({
  name: 'Sender',
  tableName: 'senders',
  properties: {
    id: p.uuid().primary(),
    displayName: p.text(),
    createdAt: p.datetime(3),
    ownerId: () => p.manyToOne(OwnerEntity).mapToPk().strictNullable().deleteRule('no action').fieldName('owner_id'),
  },
});
