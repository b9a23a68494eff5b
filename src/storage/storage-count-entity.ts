import { defineEntity, p } from '@mikro-orm/core';
import type { HeldBytes, KeptCount } from '../application/ports/storage-store.ts';

/** What was counted last of what is stored: one row, which nodes that start go by until they have counted themselves. */
export const StorageCountEntity = defineEntity({
  name: 'StorageCount',
  tableName: 'storage_count',
  properties: {
    /** Always 0. */
    id: p.integer().primary().autoincrement(false),
    at: p.datetime(3),
    kinds: p.json<KeptCount['kinds']>().columnType('jsonb'),
    senders: p.json<readonly HeldBytes[]>().columnType('jsonb'),
    agents: p.json<readonly HeldBytes[]>().columnType('jsonb'),
    owners: p.json<readonly HeldBytes[]>().columnType('jsonb'),
  },
  checks: [{ name: 'storage_count_one_check', expression: 'id = 0' }],
});
