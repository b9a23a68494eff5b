import type { ApprovalSettingsStore } from '../../application/ports/approval-settings-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
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
  };
};
