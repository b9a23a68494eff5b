import { defineEntity, p } from '@mikro-orm/core';

/**
 * How far the sealer is: one row, whose lock is the right to seal. Transactions below `xact` are sealed, as numbered by the
 * cluster of that system identifier: another one begins again below.
 */
export const AuditCursorEntity = defineEntity({
  name: 'AuditCursor',
  tableName: 'audit_cursor',
  properties: {
    /** Always 0. */
    id: p.integer().primary().autoincrement(false),
    systemIdentifier: p.text(),
    xact: p.string().columnType('xid8'),
    /** How many entries are in the tree. */
    size: p.bigint('number'),
    /** The roots of its full subtrees, the largest first. */
    stack: p.blob().$type<Buffer>(),
  },
  checks: [{ name: 'audit_cursor_one_check', expression: 'id = 0' }],
});
