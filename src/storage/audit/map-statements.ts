import { sql } from 'kysely';
import { TILE_HASHES } from '../../domain/merkle-tiles.ts';
import { rows, rowsOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AuditMapEntity } from './audit-map-entity.ts';
import { AuditMapTileEntity } from './audit-map-tile-entity.ts';
import { detailGiven, GIVEN_ENTRIES, noteGiven } from './note-entries.ts';
import { EVENT } from './seal-statements.ts';

const MAP = columnsOfTable(AuditMapEntity);
const TILE = columnsOfTable(AuditMapTileEntity);

/** PostgreSQL sorts the heads: they may be many, and the node never has more than some tiles of them, each of as many heads as it has hashes above. */
export const BUILD_MAP = statement('audit-build-map', { size: 'bigint', secret: 'bytea' }, ({ size, secret }) => {
  const salted = db
    .selectFrom('audit_heads as h')
    .select(['h.audience', 'h.n', 'h.leaf', sql<Buffer>`sha256(${secret} || uuid_send(h.audience))`.as('salt')]);
  const placed = db
    .selectFrom(salted.as('s'))
    .select(['s.salt', sql<number>`(row_number() over (order by s.salt) - 1) / ${sql.lit(TILE_HASHES)}`.as('tile')])
    .select(sql<Buffer>`uuid_send(s.audience) || int8send(s.n) || s.leaf`.as('head'));
  return db
    .insertInto('audit_map_tiles')
    .columns(['size', 'level', 'n', 'first', 'content'])
    .expression(
      db
        .selectFrom(placed.as('p'))
        .select([
          size.as('size'),
          sql<number>`0`.as('level'),
          'p.tile as n',
          sql<Buffer>`(array_agg(p.salt order by p.salt))[1]`.as('first'),
          sql<Buffer>`string_agg(p.head, ''::bytea order by p.salt)`.as('content'),
        ])
        .groupBy('p.tile'),
    );
});

/** Tiles of the lowest level side by side. */
export const MAP_HEADS = statement(
  'audit-map-heads',
  { size: 'bigint', from: 'bigint', max: 'int' },
  ({ size, from, max }) =>
    db
      .selectFrom('audit_map_tiles as t')
      .select(['t.n', 't.content'])
      .where('t.size', '=', size)
      .where('t.level', '=', 0)
      .where('t.n', '>=', from)
      .orderBy('t.n')
      .limit(max),
);

export const ADD_MAP_TILES = statement('audit-add-map-tiles', { tiles: rowsOf(TILE) }, ({ tiles }) =>
  db
    .insertInto('audit_map_tiles')
    .columns(TILE.names)
    .expression(db.selectFrom(tiles.as('t')).selectAll('t')),
);

/** The entry with its root, which answers it as it is to be sealed; of the maps before only the newest stays. */
export const NOTE_MAP = statement(
  'audit-note-map',
  { entries: GIVEN_ENTRIES, maps: rowsOf(MAP), size: 'bigint' },
  ({ entries, maps, size }) => {
    const kept = db
      .selectFrom('audit_maps as k')
      .select(sql<number>`max(k.size)`.as('size'))
      .where('k.size', '<', size);
    return db
      .with('noted', () => noteGiven(entries).returning(EVENT.names))
      .with('detailed', () => detailGiven(entries))
      .with('added', () =>
        db
          .insertInto('audit_maps')
          .columns(MAP.names)
          .expression(db.selectFrom(maps.as('m')).selectAll('m')),
      )
      .with('gone', () => db.deleteFrom('audit_maps as m').where('m.size', '<', kept))
      .with('tilesGone', () => db.deleteFrom('audit_map_tiles as t').where('t.size', '<', kept))
      .selectFrom('noted as e')
      .select(EVENT.from('e'));
  },
);

export const NEWEST_MAP = statement('audit-newest-map', {}, () =>
  db.selectFrom('audit_maps as m').select(MAP.from('m')).orderBy('m.size', 'desc').limit(1),
);

/** For each salt the tile that has it, if any does; and the last tile, which may be shorter. */
export const MAP_TILES_OF = statement('audit-map-tiles-of', { size: 'bigint', salts: 'bytea[]' }, ({ size, salts }) =>
  db
    .selectFrom(sql<{ salt: Buffer }>`unnest(${salts})`.as<'s'>(sql`s (salt)`))
    .innerJoinLateral(
      db
        .selectFrom('audit_map_tiles as t')
        .select(['t.n', 't.content'])
        .where('t.size', '=', size)
        .where('t.level', '=', 0)
        .whereRef('t.first', '<=', sql.ref('s.salt'))
        .orderBy('t.first', 'desc')
        .limit(1)
        .as('f'),
      (join) => join.onTrue(),
    )
    .select(['s.salt', 'f.n', 'f.content']),
);

export const MAP_TILES = statement(
  'audit-map-tiles',
  { size: 'bigint', wanted: rows({ level: 'int', n: 'bigint' }) },
  ({ size, wanted }) =>
    db
      .selectFrom(wanted.as('w'))
      .innerJoin('audit_map_tiles as t', (join) =>
        join.on('t.size', '=', size).onRef('t.level', '=', 'w.level').onRef('t.n', '=', 'w.n'),
      )
      .select(['t.level', 't.n', 't.content']),
);
