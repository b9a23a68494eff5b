import { defineEntity, p } from '@mikro-orm/core';
import type { AuditFields } from '../../domain/audit-entry.ts';
import { refuseChange } from './refuse-change.ts';

/** Personal text of an entry, which has only its salted digest: erased, it leaves every hash as it was. */
export const AuditDetailEntity = defineEntity({
  name: 'AuditDetail',
  tableName: 'audit_details',
  properties: {
    entryId: p.uuid().primary(),
    salt: p.blob().$type<Buffer>(),
    details: p.json<AuditFields>().columnType('jsonb'),
  },
  triggers: [refuseChange('update'), refuseChange('delete', { unless: ['erase', 'prune'] })],
});
