import { defineEntity, p } from '@mikro-orm/core';

/**
 * What a map consists of. Tile `n` of level 0 has 256 heads side by side, each the 16 bytes of an audience's id, 8 of its number
 * and 32 of its leaf, in the order of their salts, of which `first` is the first; those above have 256 roots of tiles each. The last
 * of each level may be shorter.
 */
export const AuditMapTileEntity = defineEntity({
  name: 'AuditMapTile',
  tableName: 'audit_map_tiles',
  properties: {
    size: p.bigint('number').primary().autoincrement(false),
    level: p.integer().primary().autoincrement(false),
    n: p.bigint('number').primary().autoincrement(false),
    first: p.blob().$type<Buffer>().strictNullable(),
    content: p.blob().$type<Buffer>(),
  },
  indexes: [{ name: 'audit_map_tiles_first_index', properties: ['size', 'first'], where: 'level = 0' }],
});
