import { defineEntity, p } from '@mikro-orm/core';
import { refuseChange } from './refuse-change.ts';

/** The place of an event in the tree, with its running number, and the leaf of the entry before, for each that it concerns. */
export const AuditLeafEntity = defineEntity({
  name: 'AuditLeaf',
  tableName: 'audit_leaves',
  properties: {
    index: p.bigint('number').primary().autoincrement(false),
    xact: p.string().columnType('xid8'),
    id: p.bigint('number'),
    leaf: p.blob().$type<Buffer>(),
    agentN: p.bigint('number').strictNullable(),
    agentPrev: p.blob().$type<Buffer>().strictNullable(),
    senderN: p.bigint('number').strictNullable(),
    senderPrev: p.blob().$type<Buffer>().strictNullable(),
  },
  uniques: [{ name: 'audit_leaves_event_unique', properties: ['xact', 'id'] }],
  triggers: [refuseChange('update'), refuseChange('delete', { unless: ['prune'] })],
});
