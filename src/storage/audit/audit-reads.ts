import type { AuditStore, StoredPlace } from '../../application/ports/audit-store.ts';
import type { NotedEntry } from '../../domain/audit-entry-text.ts';
import type { Database } from '../database.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { AuditCheckpointEntity } from './audit-checkpoint-entity.ts';
import { AuditEventEntity } from './audit-event-entity.ts';
import { AuditHeadEntity } from './audit-head-entity.ts';
import { AuditLeafEntity } from './audit-leaf-entity.ts';
import { AuditTileEntity } from './audit-tile-entity.ts';
import { isOurs, isSealed } from './seal-statements.ts';

type AuditReads = Pick<AuditStore, 'places' | 'checkpoints' | 'tiles' | 'heads' | 'stray'>;

const PLACE = columnsOfTable(AuditLeafEntity, { without: ['xact', 'id'] });
const ENTRY = columnsOfTable(AuditEventEntity, { without: ['xact', 'id'] });
const CHECKPOINT = columnsOfTable(AuditCheckpointEntity);
const TILE = columnsOfTable(AuditTileEntity);
const HEAD = columnsOfTable(AuditHeadEntity);

const PLACES = statement('audit-places', { from: 'bigint', max: 'int' }, ({ from, max }) =>
  db
    .selectFrom('audit_leaves as l')
    .leftJoin('audit_events as e', (join) => join.onRef('e.xact', '=', 'l.xact').onRef('e.id', '=', 'l.id'))
    .leftJoin('audit_details as d', 'd.entry_id', 'e.entry_id')
    .select(PLACE.from('l'))
    .select(ENTRY.from('e'))
    .select(['d.salt', 'd.details'])
    .where('l.index', '>=', from)
    .orderBy('l.index')
    .limit(max),
);

const CHECKPOINTS = statement('audit-checkpoints', { above: 'bigint', max: 'int' }, ({ above, max }) =>
  db
    .selectFrom('audit_checkpoints as c')
    .select(CHECKPOINT.from('c'))
    .where('c.size', '>', above)
    .orderBy('c.size')
    .limit(max),
);

const TILES_FROM = statement('audit-tiles-from', { level: 'int', from: 'bigint', max: 'int' }, ({ level, from, max }) =>
  db
    .selectFrom('audit_tiles as t')
    .select(TILE.from('t'))
    .where('t.level', '=', level)
    .where('t.n', '>=', from)
    .orderBy('t.n')
    .limit(max),
);

const HEADS_AFTER = statement('audit-heads-after', { after: 'uuid?', max: 'int' }, ({ after, max }) =>
  db
    .selectFrom('audit_heads as h')
    .select(HEAD.from('h'))
    .where((where) => where.or([where(after, 'is', null), where('h.audience', '>', after)]))
    .orderBy('h.audience')
    .limit(max),
);

/** What is below the cursor was all sealed: nobody writes there any more. */
const STRAY = statement('audit-stray', {}, () =>
  db
    .selectFrom('audit_events as e')
    .select('e.entry_id as entryId')
    .where(isOurs)
    .where('e.xact', '<', db.selectFrom('audit_cursor as c').select('c.xact'))
    .where(({ not, exists }) => not(exists(isSealed)))
    .orderBy('e.xact')
    .limit(1),
);

/** What checks and exports read of the trail. */
export const createAuditReads = (database: Database): AuditReads => ({
  places: async (from, max) => (await database.run(PLACES, { from, max })).map(toStoredPlace),
  checkpoints: (above, max) => database.run(CHECKPOINTS, { above, max }),
  tiles: (level, from, max) => database.run(TILES_FROM, { level, from, max }),
  heads: (after, max) => database.run(HEADS_AFTER, { after, max }),
  stray: async () => (await database.run(STRAY, {}))[0]?.entryId ?? null,
});

const toStoredPlace = (
  row: {
    readonly [Name in keyof NotedEntry]: NotedEntry[Name] | null;
  } & Omit<StoredPlace, 'entry' | 'details'> & {
      readonly salt: Buffer | null;
      readonly details: NonNullable<StoredPlace['details']>['details'] | null;
    },
): StoredPlace => {
  const { index, leaf, agentN, agentPrev, senderN, senderPrev, salt, details, ...entry } = row;
  return {
    index,
    leaf,
    agentN,
    agentPrev,
    senderN,
    senderPrev,
    entry: entry.entryId === null ? null : (entry as NotedEntry),
    details: salt === null || details === null ? null : { salt, details },
  };
};
