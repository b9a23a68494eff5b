import { sql } from 'kysely';
import type { RejectionStore } from '../../application/ports/rejection-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { sumOf } from '../expressions.ts';
import { rowsOf } from '../parameters.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { RejectionsNotKeptEntity } from './rejections-not-kept-entity.ts';

const COLUMNS = columnsOfTable(RejectionsNotKeptEntity);

/** In the order of the key: of two nodes that add to the same rows neither waits for the other for good. */
const ADD = statement('add-rejections-not-kept', { counts: rowsOf(COLUMNS) }, ({ counts }) =>
  db
    .insertInto('rejections_not_kept')
    .columns(COLUMNS.names)
    .expression(
      db
        .selectFrom(counts.as('n'))
        .selectAll('n')
        .orderBy('n.starts_at')
        .orderBy('n.agent_id')
        .orderBy('n.sender_id')
        .orderBy('n.stage'),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['starts_at', 'agent_id', 'sender_id', 'stage'])
        .doUpdateSet({ count: sql`rejections_not_kept.count + excluded.count` }),
    ),
);

const OF_AGENT = statement(
  'rejections-not-kept-of-agent',
  { agentId: 'uuid', since: 'timestamptz', limit: 'int' },
  ({ agentId, since, limit }) =>
    db
      .selectFrom('rejections_not_kept as n')
      .select(['n.sender_id as senderId', 'n.stage', sumOf('n.count').as('count')])
      .where('n.agent_id', '=', agentId)
      .where('n.starts_at', '>=', since)
      .groupBy(['n.sender_id', 'n.stage'])
      .orderBy('count', 'desc')
      .orderBy('n.sender_id')
      .orderBy('n.stage')
      .limit(limit),
);

export const createRejectionStore = (database: Database): RejectionStore => ({
  add: async (counts) => {
    await database.run(ADD, { counts });
  },
  ofAgent: async (agentId, since, limit) => (isUuid(agentId) ? database.run(OF_AGENT, { agentId, since, limit }) : []),
});
