import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/**
 * The agent's row is the lock under which what belongs to it is counted; no row means that there is no such agent.
 * Answers the handle.
 */
export const LOCK_AGENT = statement('lock-agent', { id: 'uuid' }, ({ id }) =>
  db.selectFrom('agents').select('handle').where('id', '=', id).forNoKeyUpdate(),
);
