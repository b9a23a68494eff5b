import type { Migration } from '../schema/migration.ts';

/** Migrations that nodes of an earlier release cannot work after ask for it (docs/decisions/0037). */
export const nodesSayWhatTheyKnow: Migration = {
  kind: 'expand',
  statements: [`alter table "nodes" add "newest_migration" text null`],
};
