import type { Expression, UpdateObject } from 'kysely';
import { db } from '../tables.ts';
import type { Requests } from './request-conditions.ts';
import { REQUEST_COLUMNS } from './request-records.ts';

/** An agent may have any number of open requests, each with its payload; so many are changed and answered at once. */
export const CHANGED_AT_ONCE = 100;

/** Changes every row that is picked, oldest first; the picked rows are locked first, in one order by everybody. */
export const changeAll = (picked: Expression<{ id: string }>, changes: UpdateObject<Requests, 'r', 'r'>) =>
  db
    .with(
      (cte) => cte('picked').materialized(),
      () => picked,
    )
    .with('changed', (cte) =>
      cte
        .updateTable('requests as r')
        .set(changes)
        .from('picked')
        .whereRef('r.id', '=', 'picked.id')
        .returning(REQUEST_COLUMNS.from('r')),
    )
    .selectFrom('changed')
    .selectAll()
    .orderBy('id');

/** To pick them from. */
export const pick = db.selectFrom('requests as r').select('r.id');
