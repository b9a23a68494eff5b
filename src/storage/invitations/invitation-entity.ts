import { defineEntity, p } from '@mikro-orm/core';

/** Lets so many register. Only the code's hash is stored. */
export const InvitationEntity = defineEntity({
  name: 'Invitation',
  tableName: 'invitations',
  properties: {
    id: p.uuid().primary(),
    codeHash: p.blob().$type<Buffer>().unique('invitations_code_hash_unique'),
    uses: p.integer(),
    usesLeft: p.integer(),
    expiresAt: p.datetime(3),
    createdBy: p.text(),
    createdAt: p.datetime(3),
    revokedAt: p.datetime(3).strictNullable(),
  },
  checks: [{ name: 'invitations_uses_left_check', expression: 'uses_left >= 0' }],
});
