import { defineEntity, p } from '@mikro-orm/core';
import { refuseChange } from './refuse-change.ts';

/** What the tree was at some size, signed. */
export const AuditCheckpointEntity = defineEntity({
  name: 'AuditCheckpoint',
  tableName: 'audit_checkpoints',
  properties: {
    size: p.bigint('number').primary().autoincrement(false),
    root: p.blob().$type<Buffer>(),
    note: p.text(),
    at: p.datetime(3),
  },
  triggers: [refuseChange('update'), refuseChange('delete', { unless: ['thin'] })],
});
