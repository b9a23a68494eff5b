import { sql } from 'kysely';
import type { QuarantineStore } from '../../application/ports/quarantine-store.ts';
import { instantText } from '../../domain/instant-text.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { statementByKey } from '../statement.ts';
import { db } from '../tables.ts';
import { liftQuarantine } from './lift-quarantine.ts';
import { NOTE_TIMEOUT } from './note-timeout.ts';

/** Whether the version that the row is of is in force. */
const isInForce = sql<boolean>`coalesce(
  (${db.selectFrom('capability_contracts as v').select('v.is_active').whereRef('v.id', '=', sql.ref('q.document_id'))}),
  (${db.selectFrom('policy_sets as v').select('v.is_active').whereRef('v.id', '=', sql.ref('q.document_id'))}),
  false)`;

const OF_AGENTS = statementByKey('quarantines-of-agents', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  db
    .selectFrom('quarantines as q')
    .select(['q.agent_id as agentId', 'q.document', 'q.document_id as documentId', 'q.version'])
    .select([sql<Date>`q.quarantined_at`.as('at'), 'q.until', isInForce.as('isInForce')])
    .where('q.agent_id', '=', anyOf(agentIds)),
);

export const createQuarantineStore = (database: Database): QuarantineStore => ({
  ofAgents: createBatcher<readonly string[], Awaited<ReturnType<QuarantineStore['ofAgents']>>>({
    run: async (lists) => {
      const agentIds = [...new Set(lists.flat())].filter(isUuid);
      const byAgent = Map.groupBy(await database.run(OF_AGENTS, { agentIds }), ({ agentId }) => agentId);
      return lists.map((ids) =>
        ids.map((id) =>
          (byAgent.get(id) ?? []).flatMap(({ agentId: _, until, isInForce: inForce, ...each }) =>
            inForce && until !== null ? [{ ...each, until }] : [],
          ),
        ),
      );
    },
  }),

  noteTimeout: async (agentId, documentId, at, { afterTimeouts, windowMs, lengthMs }) => {
    if (!isUuid(agentId) || !isUuid(documentId)) return null;
    const since = new Date(at.getTime() - windowMs);
    const until = new Date(at.getTime() + lengthMs);
    const [began] = await database.run(NOTE_TIMEOUT, {
      agentId,
      documentId,
      at,
      since,
      until,
      after: afterTimeouts,
      atText: instantText(at),
      untilText: instantText(until),
    });
    if (began === undefined) return null;
    const { handle, ...document } = began;
    return { handle, quarantine: { ...document, at, until } };
  },

  lift: async (agentId, act) =>
    isUuid(agentId) &&
    database.transaction('lift-quarantine', (connection) => liftQuarantine(connection, agentId, null, act)),
});
