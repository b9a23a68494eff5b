import { type SqlBool, sql } from 'kysely';
import type { AuditArchive, SealedEntry } from '../../application/ports/audit-archive.ts';
import type { SharedTime } from '../../application/ports/shared-time.ts';
import type { NewAuditEntry } from '../../domain/audit-entry.ts';
import { entryText } from '../../domain/audit-entry-text.ts';
import { canonicalAddress, widerNetworkOf } from '../../domain/network.ts';
import type { Database, Queryable } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { compareRequests } from './compare-requests.ts';
import { noteEntries } from './note-entries.ts';
import { allowWork } from './refuse-change.ts';
import { EVENTS } from './sealed-events.ts';

const CHECKPOINT = db.selectFrom('audit_checkpoints as c').select(['c.size', 'c.root', 'c.note', 'c.at']);

/** So many events go in one transaction: nobody who writes one waits for that. */
const PRUNED_AT_ONCE = 5_000;
/** So many leaves are in a tile, which has their hashes: of leaves that are in none they are kept. */
const LEAVES_PER_TILE = 256;

const ALLOW_PRUNE = statement('audit-allow-prune', {}, () => db.selectNoFrom(allowWork('prune').as('work')));
const ALLOW_ERASE = statement('audit-allow-erase', {}, () => db.selectNoFrom(allowWork('erase').as('work')));

const PRUNE = statement(
  'audit-prune',
  { from: 'bigint', to: 'bigint', keptFrom: 'bigint' },
  ({ from, to, keptFrom }) => {
    const leaves = db
      .selectFrom('audit_leaves as l')
      .innerJoin('audit_events as e', (join) => join.onRef('e.xact', '=', 'l.xact').onRef('e.id', '=', 'l.id'))
      .select(['l.index', 'l.xact', 'l.id'])
      .where('l.index', '>=', from)
      .where('l.index', '<', to)
      // With the keys checkpoints are verified, those of before as well.
      .where('e.type', '!=', 'audit.key_announced')
      // What the newest maps of heads have their roots in is answered with them, until there is a newer one.
      .where('e.entry_id', 'not in', db.selectFrom('audit_maps as m').select('m.entry_id'));
    return db
      .with('pruned', () => leaves)
      .with('events', (cte) =>
        cte
          .deleteFrom('audit_events as e')
          .using('pruned as p')
          .whereRef('e.xact', '=', 'p.xact')
          .whereRef('e.id', '=', 'p.id')
          .returning('e.entry_id'),
      )
      .with('details', (cte) =>
        cte
          .deleteFrom('audit_details as d')
          .using('events as e')
          .whereRef('d.entry_id', '=', 'e.entry_id')
          .returning('d.entry_id'),
      )
      .with('gone', (cte) =>
        cte
          .deleteFrom('audit_leaves as l')
          .using('pruned as p')
          .whereRef('l.index', '=', 'p.index')
          .where('l.index', '<', keptFrom)
          .returning('l.index'),
      )
      .selectFrom('events')
      .select(sql<number>`count(*)::int`.as('n'));
  },
);

const ERASE = statement('audit-erase', { id: 'uuid' }, ({ id }) =>
  db
    .with('erased', () =>
      db
        .deleteFrom('audit_details as d')
        .using('audit_events as e')
        .whereRef('e.entry_id', '=', 'd.entry_id')
        .where(({ or, eb }) => or([eb('e.subject_id', '=', id), eb('e.actor_id', '=', id), eb('e.sender_id', '=', id)]))
        .returning('d.entry_id'),
    )
    .selectFrom('erased')
    .select(sql<number>`count(*)::int`.as('n')),
);

/** By what details themselves say: no index has that, and an operator may wait. */
const ERASE_ADDRESS = statement(
  'audit-erase-address',
  { addresses: 'text[]', network: 'text' },
  ({ addresses, network }) =>
    db
      .with('erased', () =>
        db
          .deleteFrom('audit_details as d')
          .where(({ or, eb }) =>
            or([
              eb(sql<string>`d.details ->> 'address'`, '=', anyOf(addresses)),
              eb(sql<string>`d.details ->> 'network'`, '=', network),
            ]),
          )
          .returning('d.entry_id'),
      )
      .selectFrom('erased')
      .select(sql<number>`count(*)::int`.as('n')),
);

/** Up to where events were pruned. */
const PRUNED_TO = sql<number>`(
  select coalesce(max((p.data ->> 'to')::bigint), 0) from audit_events p where p.type = 'audit.pruned'
)`;

/** By the operator, at the command line of the platform: nobody knows which of them. */
const BY_OPERATOR = { kind: 'platform', id: null } as const;

const OF_TRAIL = { kind: 'trail', id: null } as const;

/** What operators do with the trail; see AuditArchive. */
export const createAuditArchive = (database: Database, sharedTime: SharedTime): AuditArchive => {
  const noted = async (
    entry: Pick<NewAuditEntry, 'type' | 'data'> & Partial<NewAuditEntry>,
  ): Promise<NewAuditEntry> => ({
    at: await sharedTime(),
    actor: BY_OPERATOR,
    subject: OF_TRAIL,
    ...entry,
  });

  const erased = (
    subject: NewAuditEntry['subject'],
    erase: (connection: Queryable) => Promise<readonly { readonly n: number }[]>,
  ): Promise<number> =>
    database.transaction('audit-erase', async (connection) => {
      await connection.run(ALLOW_ERASE, {});
      const [row] = await erase(connection);
      const entries = row?.n ?? 0;
      await noteEntries(connection, [await noted({ type: 'audit.erased', data: { entries }, subject })]);
      return entries;
    });

  return {
    newestCheckpoint: async () => {
      const [row = null] = await database.runOnce('newest-checkpoint', CHECKPOINT.orderBy('c.size', 'desc').limit(1));
      return row;
    },

    checkpointFrom: async (size) => {
      const found = CHECKPOINT.where('c.size', '>=', size).orderBy('c.size').limit(1);
      const [row = null] = await database.runOnce('checkpoint-from', found);
      return row;
    },

    rangeOf: async ({ from, to }) => {
      let found = db
        .selectFrom('audit_leaves as l')
        .innerJoin('audit_events as e', (join) => join.onRef('e.xact', '=', 'l.xact').onRef('e.id', '=', 'l.id'))
        .select([sql<number | null>`min(l.index)`.as('from'), sql<number | null>`max(l.index) + 1`.as('to')])
        .where('l.index', '>=', PRUNED_TO);
      if (from !== undefined) found = found.where('e.at', '>=', from);
      if (to !== undefined) found = found.where('e.at', '<', to);
      const [row] = await database.runOnce('audit-range', found);
      return row?.from == null || row.to === null ? null : { from: row.from, to: row.to };
    },

    entries: async ({ from, to }, agentId, limit) => {
      let found = EVENTS.where('l.index', '>=', from).where('l.index', '<', to).orderBy('l.index').limit(limit);
      if (agentId !== null) found = found.where(sql<SqlBool>`(e.agent_id = ${agentId} or e.sender_id = ${agentId})`);
      const rows = await database.runOnce('audit-export', found);
      return rows.map(
        (row): SealedEntry => ({
          index: row.index,
          leaf: row.leaf,
          canonical: entryText(row),
          details: row.salt !== null && row.details !== null ? { salt: row.salt, details: { ...row.details } } : null,
        }),
      );
    },

    noteExported: (range, agentId) =>
      database.transaction('audit-exported', async (connection) =>
        noteEntries(connection, [await noted({ type: 'audit.exported', data: { ...range }, agentId })]),
      ),

    prune: async (range, before) => {
      const [cursor] = await database.runOnce('audit-size', db.selectFrom('audit_cursor').select('size'));
      const keptFrom = Math.floor((cursor?.size ?? 0) / LEAVES_PER_TILE) * LEAVES_PER_TILE;
      let entries = 0;
      for (let from = range.from; from < range.to; from += PRUNED_AT_ONCE) {
        const to = Math.min(from + PRUNED_AT_ONCE, range.to);
        entries += await database.transaction('audit-prune', async (connection) => {
          await connection.run(ALLOW_PRUNE, {});
          const [row] = await connection.run(PRUNE, { from, to, keptFrom });
          const pruned = row?.n ?? 0;
          const data = { before: before.toISOString(), to, entries: pruned };
          await noteEntries(connection, [await noted({ type: 'audit.pruned', data })]);
          return pruned;
        });
      }
      return entries;
    },

    erase: (subjectId) =>
      erased({ kind: 'trail', id: subjectId }, (connection) => connection.run(ERASE, { id: subjectId })),

    // The entry does not say whose address: it would be there for ever.
    eraseAddress: (address) => {
      const given = canonicalAddress(address);
      const addresses = [given, `::ffff:${given}`, given.replace(/^::ffff:/, '')];
      return erased(OF_TRAIL, (connection) =>
        connection.run(ERASE_ADDRESS, { addresses, network: widerNetworkOf(given) }),
      );
    },

    compareRequests: (limit) => compareRequests(database, limit),
  };
};
