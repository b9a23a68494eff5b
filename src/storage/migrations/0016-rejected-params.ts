import type { Migration } from '../schema/migration.ts';

/** Of rejected requests, whether their params still are there; the index over those follows by itself. */
export const rejectedParams: Migration = {
  kind: 'expand',
  statements: [`alter table "requests" add "has_rejected_params" boolean null`],
};
