import { sql } from 'kysely';
import type { ApprovalStore } from '../../application/ports/approval-store.ts';
import { HISTORY_MAX, type SenderProfile } from '../../domain/sender-profile.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { createReader } from '../reader.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

const countOf = (condition: string) => sql<number>`(count(*) filter (where ${sql.raw(condition)}))::int`;

const SENDERS_OF_APPROVALS = statement('senders-of-approvals', { ids: 'uuid[]' }, ({ ids }) =>
  db
    .selectFrom('approvals as a')
    .leftJoin('senders as s', 's.id', 'a.sender_id')
    .leftJoin('agents as g', 'g.id', 'a.sender_id')
    .innerJoinLateral(
      (lateral) =>
        lateral
          .selectFrom((before) =>
            before
              .selectFrom('requests as r')
              .select(['r.status', 'r.error_code', 'r.created_at'])
              .whereRef('r.sender_id', '=', 'a.sender_id')
              .whereRef('r.agent_id', '=', 'a.agent_id')
              .whereRef('r.id', '<>', 'a.request_id')
              .orderBy('r.created_at', 'desc')
              .limit(HISTORY_MAX)
              .as('b'),
          )
          .select([
            countOf(`b.status = 'COMPLETED'`).as('completed'),
            countOf(`b.status = 'REJECTED' and b.error_code <> 'approval_denied'`).as('rejected'),
            countOf(`b.status = 'REJECTED' and b.error_code = 'approval_denied'`).as('denied'),
            sql<Date | null>`min(b.created_at)`.as('first'),
            sql<Date | null>`max(b.created_at)`.as('last'),
          ])
          .as('h'),
      (join) => join.onTrue(),
    )
    .select([
      'a.id as approvalId',
      'a.sender_id as id',
      sql<SenderProfile['kind']>`case when g.id is null then 'SENDER' else 'AGENT' end`.as('kind'),
      sql<string | null>`coalesce(s.display_name, g.display_name)`.as('displayName'),
      sql<Date | null>`coalesce(s.created_at, g.created_at)`.as('registeredAt'),
      'h.completed',
      'h.rejected',
      'h.denied',
      'h.first',
      'h.last',
    ])
    .select(({ exists, selectFrom }) =>
      exists(
        selectFrom('sender_limits as l')
          .select('l.sender_id')
          .whereRef('l.agent_id', '=', 'a.agent_id')
          .whereRef('l.sender_id', '=', 'a.sender_id')
          .where('l.is_blocked', '=', true),
      )
        .$castTo<boolean>()
        .as('isBlocked'),
    )
    .where('a.id', '=', anyOf(ids)),
);

export const createSendersOf = (database: Database): ApprovalStore['sendersOf'] => {
  const read = createReader(
    (ids) => database.run(SENDERS_OF_APPROVALS, { ids: ids.filter(isUuid) }),
    ({ approvalId }) => approvalId,
  );
  return async (approvalIds) =>
    (await read(approvalIds)).map((row) => {
      if (row === null) return null;
      const { approvalId: _, completed, rejected, denied, first, last, ...sender } = row;
      return { ...sender, history: { completed, rejected, denied, first, last } };
    });
};
