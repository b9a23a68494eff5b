import { type Expression, type SqlBool, sql } from 'kysely';
import type { AuditArchive } from '../../application/ports/audit-archive.ts';
import type { AuditEntryType } from '../../domain/audit-entry.ts';
import type { Database } from '../database.ts';
import { rowCount } from '../expressions.ts';
import { db } from '../tables.ts';

/** What entries say that a request has become; that it was delivered again says nothing of that. */
const TELLING = [
  'request.submitted',
  'request.finished',
  'request.cancelled',
  'request.expired',
] as const satisfies readonly AuditEntryType[];

/** The last that is on record of a request's state. */
const lastOf = (requestId: Expression<string>) =>
  db
    .selectFrom('audit_events as e')
    .select(['e.type', sql<string | null>`e.data ->> 'status'`.as('status')])
    .where('e.request_id', '=', requestId)
    .where('e.type', 'in', TELLING)
    .orderBy('e.id', 'desc')
    .limit(1);

/** Requests from before the trail began, or from before what is left of it, are not compared. */
const isOnRecord = sql<SqlBool>`r.created_at >= (
  select e.at from audit_events e where e.type = 'request.submitted' order by e.id limit 1
)`;

/** One that is over is over as its last entry says; of one that is not, only that it was submitted is on record. */
const differs = sql<SqlBool>`case
  when r.finished_at is null then l.type is distinct from 'request.submitted'
  else l.status is distinct from r.status
end`;

/** Requests that are gone although nothing says that they were over. */
const gone = db
  .selectFrom('audit_events as s')
  .innerJoinLateral(lastOf(sql<string>`s.request_id`).as('l'), (join) => join.onTrue())
  .select(['s.request_id as id', sql<string | null>`null`.as('status'), 'l.status as recorded'])
  .where('s.type', '=', 'request.submitted')
  .where('l.type', '=', 'request.submitted')
  .where('l.status', '!=', 'REJECTED')
  .where(({ not, exists, selectFrom }) =>
    not(exists(selectFrom('requests as r').select('r.id').whereRef('r.id', '=', 's.request_id'))),
  );

const compared = db
  .selectFrom('requests as r')
  .leftJoinLateral(lastOf(sql<string>`r.id`).as('l'), (join) => join.onTrue())
  .where(isOnRecord);

/** Each in one statement, so that what changes meanwhile is in both or in neither. */
export const compareRequests = async (
  database: Database,
  limit: number,
): ReturnType<AuditArchive['compareRequests']> => {
  const [count] = await database.runOnce('audit-compared', compared.select(rowCount.as('n')));
  const differing = await database.runOnce(
    'audit-differing',
    compared.where(differs).select(['r.id', 'r.status', 'l.status as recorded']).limit(limit),
  );
  const lost = await database.runOnce('audit-lost', gone.limit(limit));
  const all = [...differing, ...lost].map(({ id, status, recorded }) => ({ id: String(id), status, recorded }));
  return { compared: count?.n ?? 0, differing: all.slice(0, limit) };
};
