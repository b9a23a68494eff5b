import { type Expression, sql } from 'kysely';
import type { ApproverStore } from '../../application/ports/approver-store.ts';
import { ownAct } from '../../domain/actor.ts';
import type { Approver } from '../../domain/approver.ts';
import { isUuid } from '../../domain/uuid.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount } from '../expressions.ts';
import { API_KEY_ROW, newKeyRow } from '../keys/api-key-records.ts';
import { keyCreated } from '../keys/key-entries.ts';
import { rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { ApproverEntity } from './approver-entity.ts';
import { LOCK_APPROVER } from './lock-owner.ts';

const APPROVER = columnsOfTable(ApproverEntity);

const approvers = db.selectFrom('approvers as p');
const living = approvers.where('p.removed_at', 'is', null);

const isOf = (agentId: Expression<string>) => sql<boolean>`p.agent_ids @> array[${agentId}]::uuid[]`;

/** In the order of their ids, so that two calls never wait for each other. */
const LOCK_AGENTS = statement('lock-agents', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom('agents').select('id').where('id', '=', anyOf(ids)).orderBy('id').forNoKeyUpdate(),
);

/** How many approvers each of the agents has; the caller holds their locks. */
const COUNT = statement('count-approvers', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom(sql<{ id: string }>`unnest(${ids})`.as<'a'>(sql`a(id)`)).select([
    'a.id',
    (of) =>
      living
        .select(rowCount.as('count'))
        .where(isOf(of.ref('a.id')))
        .as('count'),
  ]),
);

const INSERT = statement(
  'insert-approver',
  { approver: rowOf(APPROVER), key: rowOf(API_KEY_ROW) },
  ({ approver, key }) =>
    db
      .with('approver', (cte) => cte.insertInto('approvers').values(approver))
      .insertInto('api_keys')
      .values(key),
);

const BY_IDS = statementByKey('approvers-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  approvers.select(APPROVER.from('p')).where('p.id', '=', anyOf(ids)),
);

const OF_AGENTS = statement('approvers-of-agents', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  living.select(APPROVER.from('p')).where(sql<boolean>`p.agent_ids && ${agentIds}`).orderBy('p.id'),
);

const OF_OWNER = statement('approvers-of-owner', { ownerId: 'uuid' }, ({ ownerId }) =>
  living.select(APPROVER.from('p')).where('p.owner_id', '=', ownerId).orderBy('p.id'),
);

const IDS_MADE_BY = statement('approvers-made-by', { ownerId: 'uuid', max: 'int' }, ({ ownerId, max }) =>
  approvers.select('p.id').where('p.owner_id', '=', ownerId).orderBy('p.id', 'desc').limit(max),
);

const REMOVE = statement('remove-approver', { id: 'uuid', at: 'timestamptz' }, ({ id, at }) =>
  db
    .updateTable('approvers as p')
    .set({ removed_at: at })
    .where('p.id', '=', id)
    .where('p.removed_at', 'is', null)
    .returning(APPROVER.from('p')),
);

/** Its keys open nothing any more, nor does what was opened by them or made for it. */
const END_ALL_OF = statement('end-all-of-approver', { id: 'uuid', at: 'timestamptz' }, ({ id, at }) =>
  db
    .with('ended', (cte) =>
      cte
        .updateTable('api_keys as k')
        .set((set) => ({ revoked_at: set.fn.coalesce('k.revoked_at', at) }))
        .where('k.approver_id', '=', id)
        .returning('k.id'),
    )
    .with('signed out', (cte) =>
      cte.deleteFrom('console_sessions').where('api_key_id', 'in', (keys) => keys.selectFrom('ended').select('id')),
    )
    .with('unlinked', (cte) => cte.deleteFrom('approval_links').where('approver_id', '=', id))
    .with('untold', (cte) => cte.deleteFrom('outbox').where('approver_id', '=', id))
    .selectFrom('ended')
    .select('id'),
);

export const createApproverStore = (database: Database): ApproverStore => ({
  insert: (approver, key, max, act = ownAct(approver.createdAt)) =>
    database.transaction('insert-approver', async (connection) => {
      const ids = approver.agentIds;
      const locked = new Set((await connection.run(LOCK_AGENTS, { ids })).map(({ id }) => id));
      const gone = ids.find((id) => !locked.has(id));
      if (gone !== undefined) return { gone };
      const full = (await connection.run(COUNT, { ids })).find(({ count }) => (count ?? 0) >= max);
      if (full !== undefined) return { full: full.id };
      await connection.run(INSERT, { approver, key: newKeyRow(approver.id, key, approver.createdAt) });
      const [agentId = null] = ids;
      const { id, actions } = approver;
      await noteEntries(connection, [
        {
          type: 'approver.created',
          ...entryBy(act),
          subject: { kind: 'approver', id },
          agentId,
          data: { agents: ids, isForAll: actions === null },
        },
        keyCreated(act, id, key, { agentId }),
      ]);
      return 'inserted';
    }),

  byIds: createReader<Approver>(
    (ids) => database.run(BY_IDS, { ids: ids.filter(isUuid) }),
    ({ id }) => id,
  ),

  ofAgents: async (agentIds) => {
    const found = await database.run(OF_AGENTS, { agentIds: agentIds.filter(isUuid) });
    return agentIds.map((id) => found.filter((approver) => approver.agentIds.includes(id)));
  },

  ofOwner: async (ownerId) => (isUuid(ownerId) ? database.run(OF_OWNER, { ownerId }) : []),

  idsMadeBy: async (ownerId, max) => (await database.run(IDS_MADE_BY, { ownerId, max })).map(({ id }) => id),

  remove: async (id, at, act = ownAct(at)) => {
    if (!isUuid(id)) return null;
    return database.transaction('remove-approver', async (connection) => {
      // Whoever makes a key for it waits for this, and finds it removed.
      if ((await connection.run(LOCK_APPROVER, { id })).length === 0) return null;
      const [approver] = await connection.run(REMOVE, { id, at });
      if (approver === undefined) return null;
      const keys = await connection.run(END_ALL_OF, { id, at });
      const [agentId = null] = approver.agentIds;
      const subject = { kind: 'approver', id } as const;
      const data = { keys: keys.map((key) => key.id) };
      await noteEntries(connection, [{ type: 'approver.removed', ...entryBy(act), subject, agentId, data }]);
      return { approver, apiKeyIds: keys.map((key) => key.id) };
    });
  },
});
