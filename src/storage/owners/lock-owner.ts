import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** An owner's row, as LOCK_AGENT is an agent's. */
export const LOCK_OWNER = statement('lock-owner', { id: 'uuid' }, ({ id }) =>
  db.selectFrom('owners').select('id').where('id', '=', id).forNoKeyUpdate(),
);

/** Of an approver that was not removed. */
export const LOCK_APPROVER = statement('lock-approver', { id: 'uuid' }, ({ id }) =>
  db.selectFrom('approvers').select('id').where('id', '=', id).where('removed_at', 'is', null).forNoKeyUpdate(),
);
