import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** As `LOCK_AGENT`, for what belongs to a sender. */
export const LOCK_SENDER = statement('lock-sender', { id: 'uuid' }, ({ id }) =>
  db.selectFrom('senders').select('id').where('id', '=', id).forNoKeyUpdate(),
);
