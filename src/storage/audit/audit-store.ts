import { sql } from 'kysely';
import type { AuditStore, AuditTree, SealBase, SealedPlace } from '../../application/ports/audit-store.ts';
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
  RANGE,
  ROOTS,
  STORE_ROUND,
  TAKE,
  TREE,
  UNSEALED,
} from './seal-statements.ts';
import { createThinCheckpoints } from './thin-checkpoints.ts';

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

/** Events that a round has in memory at once, of those that it seals: each is forgotten once it has its place. */
const PAGE = 500;

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

  seal: (max, { isRight, headsAt, begin }) =>
    database.transaction('seal-audit', async (connection) => {
      const [tree] = await connection.run(TAKE, {});
      if (tree === undefined) return null;
      const checkpoint = (await connection.run(NEWEST_CHECKPOINT, {}))[0] ?? null;
      const base: SealBase = { tree, checkpoint, unfilled: await unfilledOf(connection, tree) };
      if (!isRight(base)) return null;
      const mapAt = headsAt(base);
      const ofMap = mapAt === null ? null : await noteMap(connection, tree.size, mapAt);
      const [here] = await connection.run(RANGE, {});
      if (here === undefined) return null;
      const round = begin(base);
      const placed = new PlacesOfRound();
      const known = new Set<string>();
      const add = async (events: readonly Event[]) =>
        placed.add(events, round.add(events, await headsOf(connection, events, known)));
      if (ofMap !== null) await add([ofMap]);
      let sealed = 0;
      let last = { xact: here.from, id: -1 };
      for (let isFull = true; isFull && sealed < max; ) {
        const page = Math.min(PAGE, max - sealed);
        const [afterXact, afterId] = [last.xact, last.id];
        const events = await connection.run(UNSEALED, { ...here, afterXact, afterId, max: page });
        // In a cluster that nothing was sealed in yet that one is among them.
        await add(ofMap === null ? events : events.filter(({ entryId }) => entryId !== ofMap.entryId));
        sealed += events.length;
        last = events.at(-1) ?? last;
        isFull = events.length === page;
      }
      const isOver = sealed < max;
      const { tiles, heads, checkpoint: made } = round.end();
      await connection.run(STORE_ROUND, {
        first: tree.size,
        places: placed.places,
        hashes: placed.hashes,
        tiles,
        heads,
        checkpoints: made.size === checkpoint?.size ? [] : [made],
        size: made.size,
        // In a cluster that nothing was sealed in yet every round begins at the first event.
        xact: isOver ? here.horizon : here.ours ? last.xact : '0',
        cluster: isOver || here.ours ? here.cluster : '',
      });
      return sealed;
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
  ...createThinCheckpoints(database),

  hashesOf: (subtrees) => hashesOf(database, subtrees),
});

type Event = NotedEntry & { readonly xact: string; readonly id: number };

/** What STORE_ROUND is given of places. */
class PlacesOfRound {
  readonly places: { xact: string; id: number; agentN: number | null; senderN: number | null }[] = [];
  readonly #hashes: Buffer[] = [];

  get hashes(): Buffer {
    return Buffer.concat(this.#hashes);
  }

  add(events: readonly Event[], sealed: readonly SealedPlace[]): void {
    for (const [at, { agentN, senderN }] of sealed.entries()) {
      const event = events[at];
      if (event === undefined) throw new RangeError('More places than events.');
      this.places.push({ xact: event.xact, id: event.id, agentN, senderN });
    }
    this.#hashes.push(hashesOfPlaces(sealed));
  }
}

/** The newest entries of those that are not known yet, which they are from then on. */
const headsOf = async (connection: Queryable, events: readonly Event[], known: Set<string>) => {
  const audiences: string[] = [];
  for (const { agentId, senderId } of events) {
    for (const audience of [agentId, senderId]) {
      if (audience === null || known.has(audience)) continue;
      known.add(audience);
      audiences.push(audience);
    }
  }
  return audiences.length === 0 ? [] : connection.run(HEADS, { audiences });
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
