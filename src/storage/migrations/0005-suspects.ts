import type { Migration } from '../schema/migration.ts';

/**
 * How often a request was delivered and not acked, and how often in a row it lost its channel (docs/decisions/0024).
 * Requests that are open now begin anew. The defaults are for these rows, and for nodes of the version before, which do not
 * know the columns.
 */
export const suspects: Migration = {
  kind: 'expand',
  statements: [
    `alter table "requests" add "unacked_deliveries" int not null default 0, add "losses" int not null default 0, add "lost_at" timestamptz(3) null, add "loss_cause" text null`,
    `create index "requests_reported_index" on "requests" ("agent_id", "finished_at") where outcome_attempt is not null`,
    `create index "requests_suspects_index" on "requests" ("agent_id", "channel_id") where finished_at is null and losses >= 2`,
    `alter table "requests" add constraint "requests_loss_cause_check" check ("loss_cause" in ('disconnected', 'oversize'))`,
  ],
};
