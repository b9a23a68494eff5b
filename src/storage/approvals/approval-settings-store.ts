import { sql } from 'kysely';
import type { ApprovalSettingsStore } from '../../application/ports/approval-settings-store.ts';
import { ownAct } from '../../domain/actor.ts';
import { isUuid } from '../../domain/uuid.ts';
import { LOCK_AGENT } from '../agents/lock-agent.ts';
import { entryBy } from '../audit/entry-by.ts';
import { noteEntries } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db, type RowIn } from '../tables.ts';
import { ApprovalSettingsEntity } from './approval-settings-entity.ts';

/** What the domain knows of them, and whose they are. */
const SETTINGS = columnsOfTable(ApprovalSettingsEntity, { without: ['id', 'isActive', 'createdAt'] });

const ACTIVE = statement('active-approval-settings', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  db
    .selectFrom('approval_settings as s')
    .select(SETTINGS.from('s'))
    .where('s.agent_id', '=', anyOf(agentIds))
    .where('s.is_active', '=', true),
);

/** Deactivates what is active, and answers which version comes next. */
const NEXT_VERSION = statement('next-version-of-approval-settings', { agentId: 'uuid' }, ({ agentId }) =>
  db
    .with('former', (cte) =>
      cte
        .updateTable('approval_settings')
        .set({ is_active: false })
        .where('agent_id', '=', agentId)
        .where('is_active', '=', true),
    )
    .selectFrom('approval_settings')
    .select(sql<number>`coalesce(max(version), 0) + 1`.as('version'))
    .where('agent_id', '=', agentId),
);

const INSERT = statement(
  'insert-approval-settings',
  { settings: rowOf(columnsOfTable(ApprovalSettingsEntity)) },
  ({ settings }) => db.insertInto('approval_settings').values(settings),
);

export const createApprovalSettingsStore = (database: Database): ApprovalSettingsStore => {
  const read = createReader<RowIn<typeof SETTINGS>>(
    (agentIds) => database.run(ACTIVE, { agentIds: agentIds.filter(isUuid) }),
    ({ agentId }) => agentId,
  );
  return {
    active: async (agentIds) =>
      (await read(agentIds)).map((row) => {
        if (row === null) return null;
        const { agentId: _, ...settings } = row;
        return settings;
      }),

    set: async (id, agentId, settings, at, act = ownAct(at)) => {
      if (!isUuid(agentId)) return null;
      return database.transaction('set-approval-settings', async (connection) => {
        if ((await connection.run(LOCK_AGENT, { id: agentId })).length === 0) return null;
        const [next] = await connection.run(NEXT_VERSION, { agentId });
        const stored = { version: next?.version ?? 1, ...settings };
        await connection.run(INSERT, { settings: { ...stored, id, agentId, isActive: true, createdAt: at } });
        const subject = { kind: 'agent', id: agentId } as const;
        await noteEntries(connection, [
          { type: 'approval_settings.changed', ...entryBy(act), subject, agentId, data: stored },
        ]);
        return stored;
      });
    },
  };
};
