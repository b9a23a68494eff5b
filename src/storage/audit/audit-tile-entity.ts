import { defineEntity, p } from '@mikro-orm/core';
import { refuseChange } from './refuse-change.ts';

/** 256 hashes of one level of the tree, side by side: tile `n` of level `l` has those of subtrees of 256^l leaves, and its root is one of level l + 1. */
export const AuditTileEntity = defineEntity({
  name: 'AuditTile',
  tableName: 'audit_tiles',
  properties: {
    level: p.integer().primary().autoincrement(false),
    n: p.bigint('number').primary().autoincrement(false),
    hashes: p.blob().$type<Buffer>(),
    root: p.blob().$type<Buffer>(),
  },
  triggers: [refuseChange('update'), refuseChange('delete')],
});
