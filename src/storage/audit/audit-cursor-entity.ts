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
    /** What the tree is called in its checkpoints, and its keys with it. */
    origin: p.text(),
    /** How many entries are in it. */
    size: p.bigint('number'),
  },
  checks: [{ name: 'audit_cursor_one_check', expression: 'id = 0' }],
});
