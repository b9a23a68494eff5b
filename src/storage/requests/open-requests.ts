import { sql } from 'kysely';
import type { LookAtOpenRequests, OpenStatus } from '../../application/ports/operation.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { isOpen } from './request-conditions.ts';

/** In the order of the index over what is open, so that nothing else is read. */
const OPEN_REQUESTS = statement('open-requests', { limit: 'int' }, ({ limit }) =>
  db
    .selectFrom(
      db
        .selectFrom('requests as r')
        .select(['r.status', 'r.created_at'])
        .where(isOpen)
        .orderBy('r.expires_at')
        .limit(limit)
        .as('o'),
    )
    .select(['o.status', rowCount.as('count'), sql<Date>`min(o.created_at)`.as('oldestAt')])
    .groupBy('o.status'),
);

export const createLookAtOpenRequests =
  (database: Database): LookAtOpenRequests =>
  async (lookedAtMax) => {
    const counts: Record<OpenStatus, number> = { PENDING: 0, AWAITING_APPROVAL: 0, DISPATCHED: 0, ACKED: 0 };
    const rows = await database.run(OPEN_REQUESTS, { limit: lookedAtMax });
    for (const { status, count } of rows) if (status in counts) counts[status as OpenStatus] = count;
    return { counts, oldestPendingAt: rows.find(({ status }) => status === 'PENDING')?.oldestAt ?? null };
  };
