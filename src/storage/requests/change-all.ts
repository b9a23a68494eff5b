import { type Expression, sql, type UpdateObject } from 'kysely';
import type { AuditActorKind } from '../../domain/audit-entry.ts';
import { noteFrom } from '../audit/note-entries.ts';
import { db } from '../tables.ts';
import type { Requests } from './request-conditions.ts';
import { aboutRequest, endOf, ofRows } from './request-notes.ts';
import { REQUEST_COLUMNS } from './request-records.ts';

/** An agent may have any number of open requests, each with its payload; so many are changed and answered at once. */
export const CHANGED_AT_ONCE = 100;

/** Changes every row that is picked, oldest first; the picked rows are locked first, in one order by everybody. */
const changePicked = (picked: Expression<{ id: string }>, changes: UpdateObject<Requests, 'r', 'r'>) =>
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
    );

/** What the audit trail says nothing of. */
export const changeAll = (...change: Parameters<typeof changePicked>) =>
  changePicked(...change)
    .selectFrom('changed')
    .selectAll()
    .orderBy('id');

type End = {
  readonly type: 'request.finished' | 'request.cancelled' | 'request.expired';
  readonly actor: {
    readonly kind: AuditActorKind | Expression<AuditActorKind>;
    readonly id: Expression<string | null> | null;
    readonly keyId?: Expression<string | null>;
  };
};

/** The same to end them, with an entry for each: `changed` in a statement that goes on. */
export const ending = (
  picked: Expression<{ id: string }>,
  changes: UpdateObject<Requests, 'r', 'r'>,
  { type, actor }: End,
) =>
  changePicked(picked, changes).with('noted', (cte) =>
    noteFrom(cte.selectFrom('changed as c'), {
      type,
      at: sql.ref('c.updatedAt'),
      actor,
      ...aboutRequest(ofRows('c')),
      data: endOf(ofRows('c')),
    }),
  );

/** Ends them, and answers them. */
export const endAll = (...end: Parameters<typeof ending>) =>
  ending(...end)
    .selectFrom('changed')
    .selectAll()
    .orderBy('id');

/** To pick them from. */
export const pick = db.selectFrom('requests as r').select('r.id');
