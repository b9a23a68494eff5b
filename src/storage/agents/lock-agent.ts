import type { Statement } from '../database.ts';

/**
 * The agent's row is the lock under which what belongs to it is counted; no row means that there is no such agent.
 * Answers the handle.
 */
export const LOCK_AGENT: Statement = {
  name: 'lock-agent',
  text: 'select handle from agents where id = $1 for no key update',
};
