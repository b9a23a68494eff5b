import { defineEntity, p } from '@mikro-orm/core';

/** A challenge whose proof let somebody register, until a while after it expires by itself: it counts once. */
export const SpentProofEntity = defineEntity({
  name: 'SpentProof',
  tableName: 'spent_proofs',
  properties: {
    challengeHash: p.blob().$type<Buffer>().primary(),
    expiresAt: p.datetime(3).index('spent_proofs_expires_at_index'),
  },
});
