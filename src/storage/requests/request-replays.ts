import type { RequestStore } from '../../application/ports/request-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { RequestEntity } from './request-entity.ts';

type RequestReplays = Pick<RequestStore, 'decided' | 'timeline'>;

const DECIDED = columnsOfTable(RequestEntity, {
  only: ['id', 'senderId', 'action', 'params', 'hasRejectedParams', 'pipelineLog', 'createdAt', 'status', 'isHeld'],
});
const TIMELINE = columnsOfTable(RequestEntity, { only: ['senderId', 'createdAt', 'finishedAt'] });

const requests = db.selectFrom('requests as r');

const DECIDED_BEFORE = statement(
  'requests-decided-before',
  { agentId: 'uuid', before: 'uuid', limit: 'int' },
  ({ agentId, before, limit }) =>
    requests
      .select(DECIDED.from('r'))
      .where('r.agent_id', '=', agentId)
      .where('r.id', '<', before)
      .orderBy('r.id', 'desc')
      .limit(limit),
);

const TIMES = statement('request-times-of-agent', { agentId: 'uuid', limit: 'int' }, ({ agentId, limit }) =>
  requests.select(TIMELINE.from('r')).where('r.agent_id', '=', agentId).orderBy('r.id', 'desc').limit(limit),
);

/** Above every id. */
const LAST_UUID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** What is read to decide about requests again. */
export const createRequestReplays = (database: Database): RequestReplays => ({
  decided: async (agentId, before, limit) => {
    if (!isUuid(agentId)) return [];
    const rows = await database.run(DECIDED_BEFORE, { agentId, before: before ?? LAST_UUID, limit });
    return rows.map(({ pipelineLog, hasRejectedParams, ...row }) => ({
      ...row,
      paramsRemoved: hasRejectedParams === false,
      pipelineLog: pipelineLog.value,
    }));
  },

  timeline: async (agentId, limit) => (isUuid(agentId) ? database.run(TIMES, { agentId, limit }) : []),
});
