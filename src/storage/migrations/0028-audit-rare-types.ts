import type { Migration } from '../schema/migration.ts';

/** Of types of which there is not one for each request: they are looked for by it, as they are rare among all. */
export const auditRareTypes: Migration = {
  kind: 'expand',
  indexes: [
    {
      name: 'audit_events_rare_type_index',
      on: `"audit_events" ("type", "id") where type not in ('request.submitted', 'request.finished')`,
    },
  ],
};
