import { defineEntity, p } from '@mikro-orm/core';

/** A platform process that is alive, or was a moment ago. */
export const NodeEntity = defineEntity({
  name: 'Node',
  tableName: 'nodes',
  properties: {
    id: p.text().primary(),
    seenAt: p.datetime(3),
    /** Which of the tables' migrations its release knows; null for releases that did not say so. */
    newestMigration: p.text().nullable(),
  },
});
