import type { Migration } from '../schema/migration.ts';

/** The administrator's password: one row at most, whichever nodes start at once. */
export const adminCredential: Migration = {
  kind: 'expand',
  statements: [
    `
      create table admin_credential (
        only_one boolean primary key default true constraint admin_credential_only_one_check check (only_one),
        password_hash text not null,
        version text not null,
        updated_at timestamptz(3) not null
      )`,
  ],
};
