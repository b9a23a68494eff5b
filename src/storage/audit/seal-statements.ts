import { type Expression, type SqlBool, sql } from 'kysely';
import type { EntryPlace } from '../../domain/audit-entry-text.ts';
import { HASH_BYTES } from '../../domain/merkle.ts';
import { anyOf } from '../expressions.ts';
import { rows, rowsOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AuditCheckpointEntity } from './audit-checkpoint-entity.ts';
import { AuditEventEntity } from './audit-event-entity.ts';
import { AuditHeadEntity } from './audit-head-entity.ts';
import { AuditTileEntity } from './audit-tile-entity.ts';
import { allowWork } from './refuse-change.ts';

export const EVENT = columnsOfTable(AuditEventEntity);
export const CHECKPOINT = columnsOfTable(AuditCheckpointEntity);
const HEAD = columnsOfTable(AuditHeadEntity);
const TILE = columnsOfTable(AuditTileEntity);

/** Below it every transaction is over: what one of them has written is there now, or will never be. */
const horizon = sql<string>`pg_snapshot_xmin(pg_current_snapshot())`;

/** Which cluster numbers the transactions: a restored copy is in another one, whose numbers may be lower. */
const cluster = sql<string>`(select system_identifier::text from pg_control_system())`;

const cursor = db.selectFrom('audit_cursor as c').where('c.id', '=', 0);

export const isOurs = sql<boolean>`coalesce(${cursor.select(sql<boolean>`c.system_identifier = ${cluster}`.as('ours'))}, false)`;

/** Where what is unsealed begins: anywhere, in a cluster that nothing was sealed in yet. */
const from = sql<string>`case when ${isOurs} then ${cursor.select('c.xact')} else '0'::xid8 end`;

export const isSealed = db
  .selectFrom('audit_leaves as l')
  .select('l.index')
  .where('l.xact', '=', sql.ref<string>('e.xact'))
  .where('l.id', '=', sql.ref<number>('e.id'));

const unsealedFrom = sql<string>`(select ${from})`;

/** Before where what is unsealed ends: in our cluster before that transaction, in another one nowhere. */
const unsealedBefore = (xact: Expression<string>) =>
  sql<string>`(select case when ${isOurs} then ${xact} else '18446744073709551615'::xid8 end)`;

const xid8 = (text: Expression<string>) => sql<string>`${text}::xid8`;

/** Nothing that can be seen was written by it or a later one: what a restored copy brought may say so, and was sealed at once. */
const nextTransaction = sql<string>`pg_snapshot_xmax(pg_current_snapshot())`;

/** By the end of an index: asked whether there is any, PostgreSQL would read all leaves to find that there is none. */
const newestSealed = sql<string | null>`(select b.xact from audit_leaves b order by b.xact desc limit 1)`;

const isSomethingSealedBeyond = sql<boolean>`coalesce(${newestSealed} > ${unsealedFrom}, false)`;

/**
 * Mostly nothing is sealed beyond where a round begins, which is looked up once; what is sealed is looked up of each event only
 * where something is, and of those of the transaction that it begins with. Joined with the leaves, or asked whether there is one,
 * every round would read all that was ever sealed.
 */
const unsealed = (begin: {
  readonly from: Expression<string>;
  readonly before: Expression<string>;
  readonly isBeyond: Expression<boolean>;
}) =>
  db
    .selectFrom('audit_events as e')
    .where('e.xact', '>=', begin.from)
    .where('e.xact', '<', begin.before)
    .where(({ eb, and, or, not }) =>
      or([and([eb('e.xact', '>', begin.from), not(begin.isBeyond)]), eb(isSealed, 'is', null)]),
    )
    .orderBy('e.xact')
    .orderBy('e.id');

export const PROGRESS = statement('audit-progress', {}, () =>
  db
    .selectFrom(sql<{ one: number }>`(values (1))`.as<'v'>(sql`v (one)`))
    .leftJoin('audit_cursor as c', (join) => join.on('c.id', '=', 0))
    .select([
      'c.origin',
      'c.size',
      unsealed({ from: unsealedFrom, before: unsealedBefore(nextTransaction), isBeyond: isSomethingSealedBeyond })
        .select('e.at')
        .limit(1)
        .as('unsealedSince'),
    ])
    .select(db.selectFrom('audit_checkpoints as k').select('k.at').orderBy('k.size', 'desc').limit(1).as('signedAt'))
    .select(sql<string>`${horizon}::text`.as('horizon')),
);

export const BEGIN = statement('audit-begin', {}, () =>
  db
    .insertInto('audit_cursor')
    .values({
      id: 0,
      system_identifier: '',
      xact: sql<string>`'0'::xid8`,
      origin: sql<string>`'clawcierge/' || gen_random_uuid()`,
      size: 0,
    })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

export const TREE = statement('audit-tree', {}, () => cursor.select(['c.origin', 'c.size']));

/** Whoever has the row may seal, until its transaction is over. */
export const TAKE = statement('audit-take', {}, () =>
  cursor
    .select(['c.origin', 'c.size', allowWork('seal').as('work')])
    .forUpdate('c')
    .skipLocked(),
);

/** Keeps others from sealing until the transaction is over. */
export const HOLD = statement('audit-hold', {}, () => cursor.select('c.id').forUpdate('c'));

/** What a round seals, once it may: from where, and before which transaction. */
export const RANGE = statement('audit-range', {}, () =>
  db.selectNoFrom([
    sql<string>`${horizon}::text`.as('horizon'),
    isOurs.as('ours'),
    cluster.as('cluster'),
    sql<string>`${unsealedFrom}::text`.as('from'),
    sql<string>`${unsealedBefore(horizon)}::text`.as('before'),
    isSomethingSealedBeyond.as('isBeyond'),
  ]),
);

/**
 * A page of it, after an event of the page before. The range is given: of one that a subquery finds PostgreSQL does not know how
 * much of the table it is, and would sort all that waits for each page.
 */
export const UNSEALED = statement(
  'audit-unsealed',
  { from: 'text', before: 'text', isBeyond: 'boolean', afterXact: 'text', afterId: 'bigint', max: 'int' },
  ({ from, before, isBeyond, afterXact, afterId, max }) =>
    unsealed({ from: xid8(from), before: xid8(before), isBeyond })
      .where(sql<SqlBool>`(e.xact, e.id) > (${xid8(afterXact)}, ${afterId})`)
      .select(EVENT.from('e'))
      .limit(max),
);

export const HEADS = statement('audit-heads', { audiences: 'uuid[]' }, ({ audiences }) =>
  db.selectFrom('audit_heads as h').select(HEAD.from('h')).where('h.audience', '=', anyOf(audiences)),
);

export const NEWEST_CHECKPOINT = statement('audit-newest-checkpoint', {}, () =>
  db.selectFrom('audit_checkpoints as c').select(CHECKPOINT.from('c')).orderBy('c.size', 'desc').limit(1),
);

/** Leaves side by side. */
export const LEAVES = statement('audit-leaves', { ranges: rows({ first: 'bigint', end: 'bigint' }) }, ({ ranges }) =>
  db
    .selectFrom(ranges.as('r'))
    .innerJoin('audit_leaves as l', (join) => join.onRef('l.index', '>=', 'r.first').onRef('l.index', '<', 'r.end'))
    .select(['l.index', 'l.leaf'])
    .orderBy('l.index'),
);

export const TILES = statement('audit-tiles', { wanted: rows({ level: 'int', n: 'bigint' }) }, ({ wanted }) =>
  db
    .selectFrom(wanted.as('w'))
    .innerJoin('audit_tiles as t', (join) => join.onRef('t.level', '=', 'w.level').onRef('t.n', '=', 'w.n'))
    .select(['t.level', 't.n', 't.hashes']),
);

/** Roots of tiles side by side, for each level: hashes of the level above. */
export const ROOTS = statement(
  'audit-tile-roots',
  { ranges: rows({ level: 'int', first: 'bigint', end: 'bigint' }) },
  ({ ranges }) =>
    db
      .selectFrom(ranges.as('r'))
      .innerJoin('audit_tiles as t', (join) =>
        join.onRef('t.level', '=', 'r.level').onRef('t.n', '>=', 'r.first').onRef('t.n', '<', 'r.end'),
      )
      .select(['t.level', 't.n', 't.root'])
      .orderBy('t.level')
      .orderBy('t.n'),
);

/** Places side by side, from `first` on. */
const PLACE = { xact: 'text', id: 'bigint', agentN: 'bigint?', senderN: 'bigint?' } as const;

/** Of each place the hashes of its leaf, and of the leaves before it of its agent and of its sender, side by side. */
const HASHES_PER_PLACE = 3;
const hashOfPlace = (hashes: Expression<Buffer>, which: 0 | 1 | 2) =>
  sql<Buffer>`substring(${hashes} from ((n.ord - 1) * ${sql.lit(HASHES_PER_PLACE * HASH_BYTES)})::int + ${sql.lit(which * HASH_BYTES + 1)} for ${sql.lit(HASH_BYTES)})`;

/** The first of an audience comes after none. */
const previous = (n: 'agentN' | 'senderN', hash: Expression<Buffer>) =>
  sql<Buffer | null>`case when ${sql.ref(`n.${n}`)} > 1 then ${hash} end`;

type Placed = Pick<EntryPlace, 'agentPrev' | 'senderPrev'> & { readonly leaf: Buffer };

/** The hashes of places as STORE_ROUND takes them: bytes are written and read in a fifth of the time that texts take. */
export const hashesOfPlaces = (places: readonly Placed[]): Buffer => {
  const hashes = Buffer.alloc(places.length * HASHES_PER_PLACE * HASH_BYTES);
  let at = 0;
  for (const { leaf, agentPrev, senderPrev } of places) {
    leaf.copy(hashes, at);
    agentPrev?.copy(hashes, at + HASH_BYTES);
    senderPrev?.copy(hashes, at + 2 * HASH_BYTES);
    at += HASHES_PER_PLACE * HASH_BYTES;
  }
  return hashes;
};

/** Everything that a round has made, and from where the next one looks, in which cluster. */
export const STORE_ROUND = statement(
  'audit-store-round',
  {
    first: 'bigint',
    places: rows(PLACE),
    hashes: 'bytea',
    tiles: rowsOf(TILE),
    heads: rowsOf(HEAD),
    checkpoints: rowsOf(CHECKPOINT),
    size: 'bigint',
    xact: 'text',
    cluster: 'text',
  },
  ({ first, places, hashes, tiles, heads, checkpoints, size, xact, cluster }) =>
    db
      .with('placed', () =>
        db
          .insertInto('audit_leaves')
          .columns(['index', 'xact', 'id', 'leaf', 'agent_n', 'agent_prev', 'sender_n', 'sender_prev'])
          .expression(
            db
              .selectFrom(places.withOrdinality('n'))
              .select([
                sql<number>`${first} + n.ord - 1`.as('index'),
                sql<string>`n.xact::xid8`.as('xact'),
                'n.id',
                hashOfPlace(hashes, 0).as('leaf'),
                'n.agentN',
                previous('agentN', hashOfPlace(hashes, 1)).as('agentPrev'),
                'n.senderN',
                previous('senderN', hashOfPlace(hashes, 2)).as('senderPrev'),
              ]),
          ),
      )
      .with('filled', () =>
        db
          .insertInto('audit_tiles')
          .columns(TILE.names)
          .expression(db.selectFrom(tiles.as('t')).selectAll('t')),
      )
      .with('moved', () =>
        db
          .insertInto('audit_heads')
          .columns(HEAD.names)
          .expression(db.selectFrom(heads.as('h')).selectAll('h'))
          .onConflict((conflict) =>
            conflict.column('audience').doUpdateSet((set) => ({
              n: set.ref('excluded.n'),
              index: set.ref('excluded.index'),
              leaf: set.ref('excluded.leaf'),
            })),
          ),
      )
      .with('signed', () =>
        db
          .insertInto('audit_checkpoints')
          .columns(CHECKPOINT.names)
          .expression(db.selectFrom(checkpoints.as('c')).selectAll('c')),
      )
      .updateTable('audit_cursor')
      .set({ size, xact: sql<string>`${xact}::xid8`, system_identifier: cluster })
      .where('id', '=', 0),
);
