import { defineEntity, p } from '@mikro-orm/core';
import { refuseChange } from './refuse-change.ts';

/** The newest entry of each agent and sender: its running number, its place, and its leaf. Only the sealer writes it. */
export const AuditHeadEntity = defineEntity({
  name: 'AuditHead',
  tableName: 'audit_heads',
  properties: {
    audience: p.uuid().primary(),
    n: p.bigint('number'),
    index: p.bigint('number'),
    leaf: p.blob().$type<Buffer>(),
  },
  triggers: [refuseChange('update', { unless: ['seal'] }), refuseChange('delete')],
});
