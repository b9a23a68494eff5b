import type { Migration } from '../schema/migration.ts';

/** Of keys, whether it is on record that they expired; the index over those of which it is not follows by itself. */
export const keyEnds: Migration = {
  kind: 'expand',
  statements: [`alter table "api_keys" add "is_end_noted" boolean not null default false`],
};
