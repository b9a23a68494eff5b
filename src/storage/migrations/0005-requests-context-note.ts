import { Migration } from '@mikro-orm/migrations';

export class RequestsContextNote extends Migration {
  override up(): void {
    this.addSql(`alter table "requests" add "context_note" text null`);
  }

  override down(): void {
    this.addSql(`alter table "requests" drop column "context_note"`);
  }
}
