import { defineEntity, p } from '@mikro-orm/core';
import { AdminEntity } from './admin-entity.ts';

/** A passkey of an administrator, by the id that its authenticator gave it. */
export const AdminPasskeyEntity = defineEntity({
  name: 'AdminPasskey',
  tableName: 'admin_passkeys',
  properties: {
    id: p.text().primary(),
    adminId: () => p.manyToOne(AdminEntity).mapToPk().deleteRule('cascade').fieldName('admin_id'),
    publicKey: p.blob().$type<Buffer>(),
    counter: p.bigint('number'),
    transports: p.array().$type<readonly string[]>(),
    label: p.text(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3).strictNullable(),
  },
  indexes: [{ name: 'admin_passkeys_admin_id_index', properties: 'adminId' }],
});
