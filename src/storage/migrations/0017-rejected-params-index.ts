import type { Migration } from '../schema/migration.ts';

/** For those whose params are to be removed. Of all other requests it holds nothing, whatever becomes of them. */
export const rejectedParamsIndex: Migration = {
  kind: 'expand',
  indexes: [{ name: 'requests_rejected_params_index', on: '"requests" ("created_at") where has_rejected_params' }],
};
