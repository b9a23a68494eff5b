import type { Statement } from '../database.ts';

/** The agent's row is the lock under which what belongs to it is counted; no row means that there is no such agent. */
export const LOCK_AGENT: Statement = {
  name: 'lock-agent',
  text: 'select from agents where id = $1 for no key update',
};
