import { Migration } from '@mikro-orm/migrations';

/**
 * How often a request was delivered and not acked, and how often in a row it lost its channel (docs/decisions/0024).
 * Requests that are open now begin anew. The defaults are for these rows, and for nodes of the version before, which do not
 * know the columns.
 */
export class Suspects extends Migration {
  override up(): void {
    this.addSql(
      `alter table "requests" add "unacked_deliveries" int not null default 0, add "losses" int not null default 0, add "lost_at" timestamptz(3) null, add "loss_cause" text null`,
    );
    this.addSql(
      `create index "requests_reported_index" on "requests" ("agent_id", "finished_at") where outcome_attempt is not null`,
    );
    this.addSql(
      `create index "requests_suspects_index" on "requests" ("agent_id", "channel_id") where finished_at is null and losses >= 2`,
    );
    this.addSql(
      `alter table "requests" add constraint "requests_loss_cause_check" check ("loss_cause" in ('disconnected', 'oversize'))`,
    );
  }

  override down(): void {
    this.addSql(`drop index "requests_reported_index"`);
    this.addSql(`drop index "requests_suspects_index"`);
    this.addSql(`alter table "requests" drop constraint "requests_loss_cause_check"`);
    this.addSql(
      `alter table "requests" drop column "unacked_deliveries", drop column "losses", drop column "lost_at", drop column "loss_cause"`,
    );
  }
}
