import type { Migration } from '../schema/migration.ts';

/**
 * How often documents were ended by their budget, and which are in quarantine for it; what is told of that is no approval.
 * A node of the release before takes such a message and tells nothing: it is due again half a minute later.
 */
export const quarantines: Migration = {
  kind: 'expand',
  statements: [
    `create table "quarantines" ("agent_id" uuid not null, "document" text not null, "document_id" uuid not null, "version" int not null, "ended_at" timestamptz[] not null, "quarantined_at" timestamptz(3) null, "until" timestamptz(3) null, primary key ("agent_id", "document"))`,
    `alter table "outbox" add "notice" json null`,
    `alter table "outbox" alter column "approval_id" drop not null`,
    `alter table "quarantines" add constraint "quarantines_agent_id_foreign" foreign key ("agent_id") references "agents" ("id") on delete cascade`,
    `alter table "quarantines" add constraint "quarantines_document_check" check ("document" in ('CONTRACT', 'POLICIES'))`,
  ],
};
