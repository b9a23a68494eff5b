import { defineEntity, p } from '@mikro-orm/core';

/**
 * A map from every agent and sender to its newest entry, as the tree was at that size: its root stands in the entry `audit.heads`
 * that has that place. The newest maps are kept, for each to ask for its own path.
 */
export const AuditMapEntity = defineEntity({
  name: 'AuditMap',
  tableName: 'audit_maps',
  properties: {
    size: p.bigint('number').primary().autoincrement(false),
    /** The entry that has its root. */
    entryId: p.uuid(),
    /** What each audience's id is salted with. */
    secret: p.blob().$type<Buffer>(),
    audiences: p.integer(),
  },
});
