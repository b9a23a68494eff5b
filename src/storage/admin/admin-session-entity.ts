import { defineEntity, p } from '@mikro-orm/core';

/** A signed-in administrator. Only the token's hash is stored; a changed password ends every older session. */
export const AdminSessionEntity = defineEntity({
  name: 'AdminSession',
  tableName: 'admin_sessions',
  properties: {
    id: p.uuid().primary(),
    tokenHash: p.blob().$type<Buffer>().unique('admin_sessions_token_hash_unique'),
    passwordVersion: p.text(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
  indexes: [{ name: 'admin_sessions_expires_at_index', properties: 'expiresAt' }],
});
