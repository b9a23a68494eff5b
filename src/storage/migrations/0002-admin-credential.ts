import { Migration } from '@mikro-orm/migrations';

/** The administrator's password: one row at most, whichever nodes start at once. */
export class AdminCredential extends Migration {
  override up(): void {
    this.addSql(`
      create table admin_credential (
        only_one boolean primary key default true constraint admin_credential_only_one_check check (only_one),
        password_hash text not null,
        version text not null,
        updated_at timestamptz(3) not null
      )`);
  }

  override down(): void {
    this.addSql('drop table admin_credential');
  }
}
