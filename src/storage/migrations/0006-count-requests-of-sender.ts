import { Migration } from '@mikro-orm/migrations';

/** For policies that count what a sender asks of an agent. No column of it changes later, so updates stay cheap. */
export class CountRequestsOfSender extends Migration {
  override up(): void {
    this.addSql(
      `create index "requests_sender_id_agent_id_index" on "requests" ("sender_id", "agent_id", "created_at")`,
    );
  }

  override down(): void {
    this.addSql(`drop index "requests_sender_id_agent_id_index"`);
  }
}
