import { defineEntity, p } from '@mikro-orm/core';

export const SenderEntity = defineEntity({
  name: 'Sender',
  tableName: 'senders',
  properties: {
    id: p.uuid().primary(),
    displayName: p.text(),
    createdAt: p.datetime(3),
  },
});
