import { sql } from 'kysely';
import type { AuditStore, AuditTree, SealBase } from '../../application/ports/audit-store.ts';
import type { NotedEntry } from '../../domain/audit-entry-text.ts';
import { TILE_HASHES, unfilledCounts } from '../../domain/merkle-tiles.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database, Queryable } from '../database.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { createAuditMaps, noteMap } from './audit-map.ts';
import { createAuditReads } from './audit-reads.ts';
import { hashesOf } from './hashes-of.ts';
import { noteEntries } from './note-entries.ts';
import {
  BEGIN,
  HEADS,
  HOLD,
  hashesOfPlaces,
  LEAVES,
  NEWEST_CHECKPOINT,
  PROGRESS,
  ROOTS,
  STORE_ROUND,
  TAKE,
  TREE,
  UNSEALED,
} from './seal-statements.ts';

const VERIFIERS = statement('audit-verifiers', {}, () =>
  db
    .selectFrom('audit_events as e')
    .select(sql<string>`${sql.ref('e.data')} ->> 'verifier'`.as('verifier'))
    .where('e.type', '=', 'audit.key_announced')
    .orderBy('e.id'),
);

const PLACE = statement('audit-place', { entryId: 'uuid' }, ({ entryId }) =>
  db
    .selectFrom('audit_events as e')
    .innerJoin('audit_leaves as l', (join) => join.onRef('l.xact', '=', 'e.xact').onRef('l.id', '=', 'e.id'))
    .select(['l.index', 'e.agent_id as agentId', 'e.sender_id as senderId'])
    .where('e.entry_id', '=', entryId),
);

export const createAuditStore = (database: Database): AuditStore => ({
  progress: async () => {
    const [row] = await database.run(PROGRESS, {});
    const { origin = null, size = null, unsealedSince = null, signedAt = null, horizon = '' } = row ?? {};
    return { tree: origin === null || size === null ? null : { origin, size }, unsealedSince, signedAt, horizon };
  },

  begin: async () => {
    await database.run(BEGIN, {});
    const [tree] = await database.run(TREE, {});
    if (tree === undefined) throw new RangeError('The audit trail has no cursor.');
    return tree;
  },

  seal: (max, { isRight, headsAt, seal }) =>
    database.transaction('seal-audit', async (connection) => {
      const [tree] = await connection.run(TAKE, {});
      if (tree === undefined) return null;
      const checkpoint = (await connection.run(NEWEST_CHECKPOINT, {}))[0] ?? null;
      const base: SealBase = { tree, checkpoint, unfilled: await unfilledOf(connection, tree) };
      if (!isRight(base)) return null;
      const mapAt = headsAt(base);
      const ofMap = mapAt === null ? [] : [await noteMap(connection, tree.size, mapAt)];
      const rows = await connection.run(UNSEALED, { max });
      const [here] = rows;
      if (here === undefined) return null;
      const events = rows.filter((row) => row.entryId !== null) as readonly Event[];
      const last = events.at(-1);
      // In a cluster that nothing was sealed in yet that one is among them.
      const entries = [...ofMap, ...events.filter(({ entryId }) => entryId !== ofMap[0]?.entryId)];
      const sealed = seal({ ...base, entries, heads: await headsOf(connection, events) });
      const isOver = events.length < max;
      await connection.run(STORE_ROUND, {
        first: tree.size,
        places: sealed.entries.map(({ agentN, senderN }, at) => ({ ...eventKey(entries[at]), agentN, senderN })),
        hashes: hashesOfPlaces(sealed.entries),
        tiles: sealed.tiles,
        heads: sealed.heads,
        checkpoints: sealed.checkpoint.size === checkpoint?.size ? [] : [sealed.checkpoint],
        size: sealed.checkpoint.size,
        // In a cluster that nothing was sealed in yet every page begins at the first event.
        xact: isOver ? here.horizon : here.ours ? (last?.xact ?? here.horizon) : '0',
        cluster: isOver || here.ours ? here.cluster : '',
      });
      return events.length;
    }),

  note: (entries) => noteEntries(database, entries),

  announceKey: (verifier, at) =>
    database.transaction('announce-audit-key', async (connection) => {
      // Of nodes with one key that start at once one announces it.
      await connection.run(HOLD, {});
      const announced = await connection.run(VERIFIERS, {});
      if (announced.some((each) => each.verifier === verifier)) return;
      await noteEntries(connection, [
        {
          type: 'audit.key_announced',
          at,
          actor: { kind: 'platform', id: null },
          subject: { kind: 'trail', id: null },
          data: { verifier },
        },
      ]);
    }),

  verifiers: async () => (await database.run(VERIFIERS, {})).map(({ verifier }) => verifier),

  checkpoint: async () => (await database.run(NEWEST_CHECKPOINT, {}))[0] ?? null,

  placeOf: async (entryId) => (isUuid(entryId) ? ((await database.run(PLACE, { entryId }))[0] ?? null) : null),

  ...createAuditReads(database),
  ...createAuditMaps(database),

  hashesOf: (subtrees) => hashesOf(database, subtrees),
});

type Event = NotedEntry & { readonly xact: string; readonly id: number };

const eventKey = (event: Event | undefined): { readonly xact: string; readonly id: number } => {
  if (event === undefined) throw new RangeError('More places than events.');
  return { xact: event.xact, id: event.id };
};

const headsOf = async (connection: Queryable, events: readonly Event[]) => {
  const audiences = new Set<string>();
  for (const { agentId, senderId } of events) {
    if (agentId !== null) audiences.add(agentId);
    if (senderId !== null) audiences.add(senderId);
  }
  const heads = audiences.size === 0 ? [] : await connection.run(HEADS, { audiences: [...audiences] });
  return new Map(heads.map((head) => [head.audience, head]));
};

/** The hashes of each level's tile that is not full: leaves, and roots of full tiles of the level below. */
const unfilledOf = async (connection: Queryable, { size }: AuditTree): Promise<readonly (readonly Buffer[])[]> => {
  const counts = unfilledCounts(size);
  const ranges = counts.slice(1).map((count, level) => {
    const to = Math.floor(size / TILE_HASHES ** (level + 1));
    return { level, first: to - count, end: to };
  });
  const first = counts[0] ?? 0;
  const leaves = first === 0 ? [] : await connection.run(LEAVES, { ranges: [{ first: size - first, end: size }] });
  const roots = ranges.length === 0 ? [] : await connection.run(ROOTS, { ranges });
  return counts.map((_, level) =>
    level === 0
      ? leaves.map(({ leaf }) => leaf)
      : roots.filter((row) => row.level === level - 1).map(({ root }) => root),
  );
};
