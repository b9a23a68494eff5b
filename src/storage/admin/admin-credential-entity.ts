import { defineEntity, p } from '@mikro-orm/core';

/** The administrator's password, hashed: one row at most. */
export const AdminCredentialEntity = defineEntity({
  name: 'AdminCredential',
  tableName: 'admin_credential',
  properties: {
    onlyOne: p.boolean().primary().default(true),
    passwordHash: p.text(),
    version: p.text(),
    updatedAt: p.datetime(3),
  },
  checks: [{ name: 'admin_credential_only_one_check', expression: 'only_one' }],
});
