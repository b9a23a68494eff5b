import type { Migration } from '../schema/migration.ts';

/**
 * Each request wrote two entries into it. What is looked for by a type that is known beforehand is in the index of rare ones; nodes of earlier
 * releases found what an administrator lists by type here alone, so that it goes once there are none.
 */
export const noIndexOfAllTypes: Migration = {
  kind: 'contract',
  needs: '0028-audit-rare-types',
  isDeferrable: true,
  indexes: [{ name: 'audit_events_type_index', isDropped: true }],
};
