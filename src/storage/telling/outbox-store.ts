import { type Expression, type SqlBool, sql } from 'kysely';
import type { LookAtOutbox } from '../../application/ports/operation.ts';
import type { Outbox, OutboxMessage, ToldApproval } from '../../application/ports/outbox.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount } from '../expressions.ts';
import { rows } from '../parameters.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';

/** Messages that are looked at for those to take; more than are taken at once, so that receivers can have turns. */
const LOOKED_AT_MAX = 64;

/** Whom a message is for. */
const receiver = sql<string>`coalesce(o.endpoint_id, o.approver_id)`;

/** Reads what is due in the order of an index; the limit comes first, and then who of these is next. */
const TAKE = statement(
  'take-outbox',
  {
    at: 'timestamptz',
    until: 'timestamptz',
    messages: 'int',
    forFailing: 'int',
    forMail: 'int',
    perReceiver: 'int',
    underWay: rows({ id: 'uuid', receiver: 'uuid' }),
  },
  ({ at, until, messages, forFailing, forMail, perReceiver, underWay }) => {
    const ofReceivers = db
      .selectFrom(underWay.as('h'))
      .select(['h.receiver', rowCount.as('count')])
      .groupBy('h.receiver');
    const due = (kind: 'webhook' | 'email', isTo: Expression<SqlBool>) =>
      db
        .selectFrom('outbox as o')
        .leftJoin('webhook_endpoints as w', 'w.id', 'o.endpoint_id')
        .leftJoin(ofReceivers.as('u'), (join) => join.on('u.receiver', '=', receiver))
        .select(['o.id', 'o.due_at', receiver.as('receiver'), sql<number>`coalesce(u.count, 0)`.as('under_way')])
        .where('o.kind', '=', kind)
        .where('o.due_at', '<=', at)
        .where('o.id', 'not in', db.selectFrom(underWay.as('h')).select('h.id'))
        .where(isTo)
        .where(sql<boolean>`coalesce(u.count, 0) < ${perReceiver}`)
        .orderBy('o.due_at')
        .limit(LOOKED_AT_MAX);
    const inTurns = (found: ReturnType<typeof due>) =>
      db
        .selectFrom(found.as('d'))
        .select(['d.id', 'd.due_at', 'd.under_way'])
        .select(sql<number>`row_number() over (partition by d.receiver order by d.due_at)`.as('turn'));
    const chosen = (name: 'fine' | 'failing' | 'mails', max: Expression<number>) =>
      db
        .selectFrom(
          db
            .selectFrom(sql<{ id: string; due_at: Date; under_way: number; turn: number }>`${sql.table(name)}`.as('n'))
            .select('n.id')
            .where(sql<boolean>`n.turn + n.under_way <= ${perReceiver}`)
            .orderBy('n.turn')
            .orderBy('n.due_at')
            .limit(max)
            .as('c'),
        )
        .select('c.id');
    return db
      .with('fine', () => inTurns(due('webhook', sql`w.last_error is null`)))
      .with('failing', () => inTurns(due('webhook', sql`w.last_error is not null`)))
      .with('mails', () => inTurns(due('email', sql`true`)))
      .with('chosen', () =>
        chosen('fine', messages).unionAll(chosen('failing', forFailing)).unionAll(chosen('mails', forMail)),
      )
      .with('free', (cte) =>
        cte
          .selectFrom('outbox as o')
          .select('o.id')
          .where('o.id', 'in', cte.selectFrom('chosen').select('id'))
          .where('o.due_at', '<=', at)
          .limit(messages)
          .forUpdate()
          .skipLocked(),
      )
      .with('taken', (cte) =>
        cte
          .updateTable('outbox as o')
          .from('free as f')
          .set((set) => ({ due_at: until, attempts: set('o.attempts', '+', 1) }))
          .whereRef('o.id', '=', 'f.id')
          .returning(['o.id', 'o.event', 'o.attempts', 'o.approval_id', 'o.notice', 'o.endpoint_id', 'o.approver_id']),
      )
      .selectFrom('taken as t')
      .leftJoin('approvals as a', 'a.id', 't.approval_id')
      .leftJoin('requests as r', 'r.id', 'a.request_id')
      .leftJoin('webhook_endpoints as w', 'w.id', 't.endpoint_id')
      .leftJoin('approvers as v', (join) => join.onRef('v.id', '=', 't.approver_id').on('v.removed_at', 'is', null))
      .select([
        't.id',
        't.event',
        't.attempts',
        't.notice',
        'v.id as approverId',
        'v.email',
        sql<string>`coalesce(t.endpoint_id, t.approver_id)`.as('receiverId'),
        'a.id as approvalId',
        'a.request_id as requestId',
        'a.agent_id as agentId',
        'a.sender_id as senderId',
        'a.status',
        'a.hold_reasons as holdReasons',
        'a.created_at as createdAt',
        'a.expires_at as expiresAt',
        'a.resolved_at as resolvedAt',
        'r.handle',
        'r.action',
        'w.id as webhookId',
        'w.name',
        'w.url',
        'w.secret',
        'w.events',
        'w.includes_params as includesParams',
      ])
      .select([
        sql<JsonText | null>`case when w.includes_params then coalesce(r.effective_params, r.params) end`.as('params'),
        sql<boolean>`w.disabled_at is not null`.as('isOff'),
        sql<string | null>`case when w.former_until > ${at} then w.former_secret end`.as('formerSecret'),
      ]);
  },
);

const DONE = statement('done-outbox', { ids: 'uuid[]' }, ({ ids }) =>
  db.deleteFrom('outbox as o').where('o.id', '=', anyOf(ids)),
);

/** Each time that one is taken is another attempt: what another node has taken by now is left to it. */
const KEEP = statement(
  'keep-outbox',
  { underWay: rows({ id: 'uuid', attempts: 'int' }), until: 'timestamptz' },
  ({ underWay, until }) =>
    db
      .with('kept', (cte) =>
        cte
          .selectFrom('outbox as o')
          .innerJoin(underWay.as('u'), (join) => join.onRef('u.id', '=', 'o.id').onRef('u.attempts', '=', 'o.attempts'))
          .select('o.id')
          .forNoKeyUpdate('o')
          // What somebody works on is not waited for.
          .skipLocked(),
      )
      .updateTable('outbox as o')
      .from('kept as k')
      // What has failed meanwhile is put off for longer than that.
      .set({ due_at: sql<Date>`greatest(o.due_at, ${until})` })
      .whereRef('o.id', '=', 'k.id'),
);

const RETRY = statement(
  'retry-outbox',
  { id: 'uuid', attempts: 'int', dueAt: 'timestamptz' },
  ({ id, attempts, dueAt }) =>
    db.updateTable('outbox as o').set({ due_at: dueAt }).where('o.id', '=', id).where('o.attempts', '=', attempts),
);

/** What somebody else is at is left: of what ends it goes with that, and the rest is dropped when it is taken. */
const DROP_OF_WEBHOOK = statement('drop-outbox-of-webhook', { webhookId: 'uuid' }, ({ webhookId }) =>
  db
    .deleteFrom('outbox as o')
    .where(
      'o.id',
      'in',
      db.selectFrom('outbox as d').select('d.id').where('d.endpoint_id', '=', webhookId).forUpdate().skipLocked(),
    ),
);

const DEPTH = statement('outbox-depth', { max: 'int' }, ({ max }) =>
  db
    .selectFrom(db.selectFrom('outbox').select('due_at').orderBy('due_at').limit(max).as('o'))
    .select([rowCount.as('messages'), sql<Date | null>`min(o.due_at)`.as('firstDueAt')]),
);

export const createLookAtOutbox =
  (database: Database): LookAtOutbox =>
  async (max) => {
    const [row] = await database.run(DEPTH, { max });
    return row ?? { messages: 0, firstDueAt: null };
  };

type Taken = NonNullable<(typeof TAKE)['row']>;

const toMessage = ({ id, event, attempts, approverId, email, receiverId, notice, ...row }: Taken): OutboxMessage => {
  const { approvalId, webhookId, name, url, secret, events, includesParams, formerSecret, isOff, ...ofApproval } = row;
  // All of it is there where the approval is.
  const approval = approvalId === null ? null : ({ id: approvalId, ...ofApproval } as ToldApproval);
  const told = notice?.value ?? null;
  const agentId = approval?.agentId ?? told?.agentId;
  const hasWebhook =
    agentId !== undefined &&
    webhookId !== null &&
    name !== null &&
    url !== null &&
    secret !== null &&
    events !== null &&
    includesParams !== null;
  return {
    id,
    event,
    attempts,
    approver: approverId !== null && email !== null ? { id: approverId, email } : null,
    receiverId,
    approval,
    notice: told,
    webhook: hasWebhook
      ? { id: webhookId, agentId, name, url, secret, events, includesParams, formerSecret, isOff }
      : null,
  };
};

export const createOutbox = (database: Database): Outbox => ({
  take: async (at, until, { underWay, ...room }) => {
    const held = underWay.map(({ id, receiverId: receiver }) => ({ id, receiver }));
    return (await database.run(TAKE, { at, until, ...room, underWay: held })).map(toMessage);
  },

  keep: async (underWay, until) => {
    const held = underWay.map(({ id, attempts }) => ({ id, attempts }));
    await database.run(KEEP, { underWay: held, until });
  },

  done: async (ids) => {
    if (ids.length > 0) await database.run(DONE, { ids });
  },

  retry: async ({ id, attempts }, dueAt) => {
    await database.run(RETRY, { id, attempts, dueAt });
  },

  dropOfWebhook: async (webhookId) => {
    await database.run(DROP_OF_WEBHOOK, { webhookId });
  },
});
