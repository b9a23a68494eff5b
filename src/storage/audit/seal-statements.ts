import { type SqlBool, sql } from 'kysely';
import { anyOf } from '../expressions.ts';
import { rows, rowsOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AuditCheckpointEntity } from './audit-checkpoint-entity.ts';
import { AuditEventEntity } from './audit-event-entity.ts';
import { AuditHeadEntity } from './audit-head-entity.ts';
import { AuditTileEntity } from './audit-tile-entity.ts';
import { AUDIT_WORK } from './refuse-change.ts';

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

const unsealed = db
  .selectFrom('audit_events as e')
  .where('e.xact', '>=', sql<string>`(select ${from})`)
  .where(({ not, exists }) => not(exists(isSealed)))
  .orderBy('e.xact')
  .orderBy('e.id');

export const PROGRESS = statement('audit-progress', {}, () =>
  db
    .selectFrom(sql<{ one: number }>`(values (1))`.as<'v'>(sql`v (one)`))
    .leftJoin('audit_cursor as c', (join) => join.on('c.id', '=', 0))
    .select(['c.origin', 'c.size', unsealed.select('e.at').limit(1).as('unsealedSince')])
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
    .select(['c.origin', 'c.size', sql<string>`set_config('${sql.raw(AUDIT_WORK)}', 'seal', true)`.as('work')])
    .forUpdate('c')
    .skipLocked(),
);

type Here = { readonly horizon: string; readonly ours: boolean; readonly cluster: string };

/** Keeps others from sealing until the transaction is over. */
export const HOLD = statement('audit-hold', {}, () => cursor.select('c.id').forUpdate('c'));

/** At least one row: where there is nothing to seal its event is null. */
export const UNSEALED = statement('audit-unsealed', { max: 'int' }, ({ max }) =>
  db
    .selectFrom(sql<Here>`(select ${horizon}::text, ${isOurs}, ${cluster})`.as<'h'>(sql`h (horizon, ours, cluster)`))
    .leftJoinLateral(
      unsealed
        .selectAll('e')
        .where((where) => where.or([where('e.xact', '<', horizon), sql<SqlBool>`not ${isOurs}`]))
        .limit(max)
        .as('n'),
      (join) => join.onTrue(),
    )
    .select(EVENT.from('n'))
    .select(['h.horizon', 'h.ours', 'h.cluster'])
    .orderBy('n.xact')
    .orderBy('n.id'),
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

const PLACE = {
  index: 'bigint',
  xact: 'text',
  id: 'bigint',
  leaf: 'bytea',
  agentN: 'bigint?',
  agentPrev: 'bytea?',
  senderN: 'bigint?',
  senderPrev: 'bytea?',
} as const;

/** Everything that a round has made, and from where the next one looks, in which cluster. */
export const STORE_ROUND = statement(
  'audit-store-round',
  {
    leaves: rows(PLACE),
    tiles: rowsOf(TILE),
    heads: rowsOf(HEAD),
    checkpoints: rowsOf(CHECKPOINT),
    size: 'bigint',
    xact: 'text',
    cluster: 'text',
  },
  ({ leaves, tiles, heads, checkpoints, size, xact, cluster }) =>
    db
      .with('placed', () =>
        db
          .insertInto('audit_leaves')
          .columns(['index', 'xact', 'id', 'leaf', 'agent_n', 'agent_prev', 'sender_n', 'sender_prev'])
          .expression(
            db
              .selectFrom(leaves.as('n'))
              .select([
                'n.index',
                sql<string>`n.xact::xid8`.as('xact'),
                'n.id',
                'n.leaf',
                'n.agentN',
                'n.agentPrev',
                'n.senderN',
                'n.senderPrev',
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
