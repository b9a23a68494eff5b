import type { LookForDueWork } from '../application/ports/look-for-due-work.ts';
import { isStale } from './channels/presence-statements.ts';
import type { Database } from './database.ts';
import { pick } from './requests/change-all.ts';
import { isOpen } from './requests/request-conditions.ts';
import { statementByKey } from './statement.ts';
import { db } from './tables.ts';

/** Each look reads the first entry of an index: the order says which, whatever the values. */
const DUE_WORK = statementByKey(
  'due-work',
  { at: 'timestamptz', deliveries: 'int', aliveSince: 'timestamptz' },
  ({ at, deliveries, aliveSince }) => {
    const expired = pick.where(isOpen).where('r.expires_at', '<=', at).orderBy('r.expires_at').limit(1);
    const redelivered = pick
      .where(isOpen)
      .where('r.attempts', '>=', deliveries)
      // What the index holds.
      .where('r.attempts', '>', 1)
      .orderBy('r.attempts', 'desc')
      .limit(1);
    const stale = db.selectFrom('nodes').select('id').where(isStale(at, aliveSince)).limit(1);
    const told = db.selectFrom('outbox').select('id').where('due_at', '<=', at).orderBy('due_at').limit(1);
    return db.selectNoFrom((select) => [
      select(expired, 'is not', null).$castTo<boolean>().as('hasExpired'),
      select(redelivered, 'is not', null).$castTo<boolean>().as('hasRedelivered'),
      select(stale, 'is not', null).$castTo<boolean>().as('hasStaleNodes'),
      select(told, 'is not', null).$castTo<boolean>().as('hasOutbox'),
    ]);
  },
);

export const createLookForDueWork =
  (database: Database): LookForDueWork =>
  async (looked) => {
    const [row] = await database.run(DUE_WORK, looked);
    return {
      hasExpired: row?.hasExpired ?? true,
      // What was delivered once is not looked for.
      hasRedelivered: looked.deliveries === 1 || (row?.hasRedelivered ?? true),
      hasStaleNodes: row?.hasStaleNodes ?? true,
      hasOutbox: row?.hasOutbox ?? true,
    };
  };
