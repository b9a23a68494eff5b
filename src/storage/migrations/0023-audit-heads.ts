import type { Migration } from '../schema/migration.ts';

/** The daily map of heads, which the path of each is read of: a copy of what is sealed, so nothing guards it. */
export const auditHeads: Migration = {
  kind: 'expand',
  statements: [
    `create table "audit_maps" ("size" bigint not null, "entry_id" uuid not null, "secret" bytea not null, "audiences" int not null, primary key ("size"))`,
    `create table "audit_map_tiles" ("size" bigint not null, "level" int not null, "n" bigint not null, "first" bytea null, "content" bytea not null, primary key ("size", "level", "n"))`,
    `create index "audit_map_tiles_first_index" on "audit_map_tiles" ("size", "first") where level = 0`,
  ],
};
