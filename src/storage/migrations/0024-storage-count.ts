import type { Migration } from '../schema/migration.ts';

/** What was counted last of what is stored, for nodes that start: one row, so nothing else needs to find it. */
export const storageCount: Migration = {
  kind: 'expand',
  statements: [
    `create table "storage_count" ("id" int not null, "at" timestamptz(3) not null, "kinds" jsonb not null, "senders" jsonb not null, "agents" jsonb not null, "owners" jsonb not null, primary key ("id"))`,
    `alter table "storage_count" add constraint "storage_count_one_check" check (id = 0)`,
  ],
};
