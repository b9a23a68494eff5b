import type { Migration } from '../schema/migration.ts';

export const registrationWork: Migration = {
  kind: 'expand',
  statements: [
    `create table "platform_secrets" ("name" text not null, "secret" bytea not null, primary key ("name"))`,
    `create table "spent_proofs" ("challenge_hash" bytea not null, "expires_at" timestamptz(3) not null, primary key ("challenge_hash"))`,
    `create index "spent_proofs_expires_at_index" on "spent_proofs" ("expires_at")`,
  ],
};
