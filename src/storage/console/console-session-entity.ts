import { defineEntity, p } from '@mikro-orm/core';
import { ApiKeyEntity } from '../keys/api-key-entity.ts';
import { AdminEntity } from './admin-entity.ts';

/**
 * Somebody who is signed in to the console with a name or with a key. Not in admin_sessions, whose rows are administrators
 * to nodes of the release before. Only the token's hash is stored.
 */
export const ConsoleSessionEntity = defineEntity({
  name: 'ConsoleSession',
  tableName: 'console_sessions',
  properties: {
    id: p.uuid().primary(),
    tokenHash: p.blob().$type<Buffer>().unique('console_sessions_token_hash_unique'),
    adminId: () => p.manyToOne(AdminEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('admin_id'),
    adminVersion: p.text().strictNullable(),
    apiKeyId: () => p.manyToOne(ApiKeyEntity).mapToPk().strictNullable().deleteRule('cascade').fieldName('api_key_id'),
    /** Not before the second factor. */
    isComplete: p.boolean(),
    /** What a passkey is asked to sign. */
    challenge: p.text().strictNullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
  },
  indexes: [
    { name: 'console_sessions_expires_at_index', properties: 'expiresAt' },
    { name: 'console_sessions_admin_id_index', properties: 'adminId' },
    { name: 'console_sessions_api_key_id_index', properties: 'apiKeyId' },
  ],
  checks: [{ name: 'console_sessions_who_check', expression: '(admin_id is null) <> (api_key_id is null)' }],
});
