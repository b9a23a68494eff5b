import type { OwnerStore } from '../../application/ports/owner-store.ts';
import { ownAct } from '../../domain/actor.ts';
import type { Owner } from '../../domain/owner.ts';
import { isUuid } from '../../domain/uuid.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { newKeyRow } from '../keys/api-key-records.ts';
import { insertKey } from '../keys/insert-key.ts';
import { keyCreated } from '../keys/key-entries.ts';
import { rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { OwnerEntity } from './owner-entity.ts';

export const OWNER = columnsOfTable(OwnerEntity);

const BY_IDS = statementByKey('owners-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  db.selectFrom('owners as o').select(OWNER.from('o')).where('o.id', '=', anyOf(ids)),
);

/** The agent's row is the lock: of two who make its owner at once the second finds it. */
const LOCK_OWNED = statement('lock-owned-agent', { id: 'uuid' }, ({ id }) =>
  db.selectFrom('agents').select('owner_id as ownerId').where('id', '=', id).forNoKeyUpdate(),
);

const INSERT = statement('insert-owner', { owner: rowOf(OWNER), agentId: 'uuid' }, ({ owner, agentId }) =>
  db
    .with('owner', (cte) => cte.insertInto('owners').values(owner))
    .updateTable('agents')
    .set({ owner_id: owner.id })
    .where('id', '=', agentId),
);

export const createOwnerStore = (database: Database): OwnerStore => ({
  issueKey: async (agentId, { key: newKey, ...newOwner }, max, act = ownAct(newOwner.createdAt)) => {
    if (!isUuid(agentId)) return null;
    return database.transaction('issue-owner-key', async (connection) => {
      const [agent] = await connection.run(LOCK_OWNED, { id: agentId });
      if (agent === undefined) return null;
      if (agent.ownerId === null) await connection.run(INSERT, { owner: newOwner, agentId });
      const ownerId = agent.ownerId ?? newOwner.id;
      if (!(await insertKey(connection, newKeyRow(ownerId, newKey, newOwner.createdAt), ownerId, 'OWNER', max))) {
        return 'full';
      }
      const isNew = agent.ownerId === null;
      const subject = { kind: 'owner', id: ownerId } as const;
      await noteEntries(connection, [
        ...(isNew ? [{ type: 'owner.registered', ...entryBy(act), subject, agentId } as const] : []),
        keyCreated(act, ownerId, newKey, { agentId }),
      ]);
      const [owner] = await connection.run(BY_IDS, { ids: [ownerId] });
      return owner ?? null;
    });
  },

  byIds: createReader<Owner>(
    (ids) => database.run(BY_IDS, { ids: ids.filter(isUuid) }),
    ({ id }) => id,
  ),
});
