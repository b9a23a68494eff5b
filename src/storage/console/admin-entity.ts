import { defineEntity, p } from '@mikro-orm/core';

/** A named administrator. One that was removed stays, since what it decided does. */
export const AdminEntity = defineEntity({
  name: 'Admin',
  tableName: 'admins',
  properties: {
    id: p.uuid().primary(),
    name: p.text().unique('admins_name_unique'),
    passwordHash: p.text().strictNullable(),
    /** As it is: codes are made of it. */
    totpSecret: p.blob().$type<Buffer>().strictNullable(),
    /** The last step whose code was used: each counts once. */
    totpStep: p.bigint('number').strictNullable(),
    /** Of the codes that are left. */
    recoveryHashes: p.array().columnType('bytea[]').$type<readonly Buffer[]>(),
    setupHash: p.blob().$type<Buffer>().unique('admins_setup_hash_unique').strictNullable(),
    setupExpiresAt: p.datetime(3).strictNullable(),
    /** A session counts while it has this one. */
    version: p.text(),
    createdAt: p.datetime(3),
    removedAt: p.datetime(3).strictNullable(),
  },
});
