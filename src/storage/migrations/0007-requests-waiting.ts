import { Migration } from '@mikro-orm/migrations';

/**
 * For sweeps that ask what waits for a channel. Only what waits is in it, and the columns of its condition are in an index
 * already, so no update costs more. Making it reads the table once and holds up writes meanwhile: seconds for millions
 * of rows.
 */
export class RequestsWaiting extends Migration {
  override up(): void {
    this.addSql(
      `create index "requests_waiting_index" on "requests" ("agent_id") where finished_at is null and channel_id is null`,
    );
  }

  override down(): void {
    this.addSql(`drop index "requests_waiting_index"`);
  }
}
