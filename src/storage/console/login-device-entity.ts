import { defineEntity, p } from '@mikro-orm/core';

/** A browser that was signed in before: wrong logins of strangers do not lock it out. */
export const LoginDeviceEntity = defineEntity({
  name: 'LoginDevice',
  tableName: 'login_devices',
  properties: {
    tokenHash: p.blob().$type<Buffer>().primary(),
    createdAt: p.datetime(3),
    lastInAt: p.datetime(3),
  },
});
