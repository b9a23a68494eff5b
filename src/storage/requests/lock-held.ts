import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/**
 * All that is held at the agent, under whose lock nothing more is. Whoever takes away what is to be told of it locks it first:
 * whatever ends a request holds it, and then takes messages away in an order of its own.
 */
export const LOCK_HELD = statement('lock-held-requests', { agentId: 'uuid' }, ({ agentId }) =>
  db
    .selectFrom('requests as r')
    .select('r.id')
    .where('r.agent_id', '=', agentId)
    .where('r.finished_at', 'is', null)
    .where('r.status', '=', 'AWAITING_APPROVAL')
    .orderBy('r.id')
    .forNoKeyUpdate(),
);
