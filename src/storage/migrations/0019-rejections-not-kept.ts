import type { Migration } from '../schema/migration.ts';

/** Whoever is rejected again and again is counted, and fills no table. */
export const rejectionsNotKept: Migration = {
  kind: 'expand',
  statements: [
    `create table "rejections_not_kept" ("starts_at" timestamptz(3) not null, "agent_id" uuid not null, "sender_id" uuid not null, "stage" text not null, "count" int not null, primary key ("starts_at", "agent_id", "sender_id", "stage"))`,
    `create index "rejections_not_kept_agent_id_index" on "rejections_not_kept" ("agent_id", "starts_at")`,
  ],
};
