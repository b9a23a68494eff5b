import type { Migration } from '../schema/migration.ts';

/** For the sweep that puts on record which keys expired. Of keys that never do, and of those that have, it holds nothing. */
export const keyEndsIndex: Migration = {
  kind: 'expand',
  indexes: [
    {
      name: 'api_keys_expires_at_index',
      on: '"api_keys" ("expires_at") where expires_at is not null and not is_end_noted',
    },
  ],
};
