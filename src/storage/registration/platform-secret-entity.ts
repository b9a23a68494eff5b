import { defineEntity, p } from '@mikro-orm/core';

/** Random bytes that all nodes on these tables share, and nobody else knows. */
export const PlatformSecretEntity = defineEntity({
  name: 'PlatformSecret',
  tableName: 'platform_secrets',
  properties: {
    name: p.text().primary(),
    secret: p.blob().$type<Buffer>(),
  },
});
