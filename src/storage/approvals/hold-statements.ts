import { type Expression, sql } from 'kysely';
import type { AuditActorKind } from '../../domain/audit-entry.ts';
import { noteFrom } from '../audit/note-entries.ts';
import { rowCount, valuesOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import {
  aboutRequest,
  BY_PLATFORM,
  ofColumns,
  type Stages,
  SUBMITTED_WITH,
  submissionOf,
} from '../requests/request-notes.ts';
import { NEW_REQUEST_COLUMNS } from '../requests/request-records.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { askedOf } from './approval-notes.ts';
import { NEW_APPROVAL_COLUMNS } from './approval-records.ts';

/** Whoever is told by e-mail is told so much later, in seconds: who answers at once gets one message and not two. */
const EMAIL_AFTER_SECONDS = 30;
/** Nobody is reminded by e-mail any sooner, however short the time to answer: who was not written yet, or just now, is not. */
const EMAIL_REMINDER_AFTER_SECONDS = 2 * EMAIL_AFTER_SECONDS;

const approvals = db.selectFrom('approvals as a');

/** The rows, and their bytes; of one sender where it is named. */
const amountOf = (alias: string, senderId?: Expression<string>) => {
  const those = senderId ? sql`filter (where ${sql.ref(`${alias}.sender_id`)} = ${senderId})` : sql``;
  return sql<{ readonly requests: number; readonly bytes: number }>`jsonb_build_object(
    'requests', count(*) ${those}, 'bytes', coalesce(sum(${sql.ref(`${alias}.bytes`)}) ${those}, 0)
  )`;
};

/**
 * What there is of it already, each counted up to its bound. Under the lock of the agent's row, which everything that is
 * held at the agent is stored under; a statement begins to see when it begins, so the lock is taken by one before it.
 */
export const COUNT_HELD = statement(
  'count-held',
  {
    agentId: 'uuid',
    senderId: 'uuid',
    contentDigest: 'bytea',
    idempotencyKey: 'text?',
    keyNotBefore: 'timestamptz',
    hourAgo: 'timestamptz',
    askedSince: 'timestamptz',
    deniedSince: 'timestamptz',
    ofAgentMax: 'int',
    inAnHourMax: 'int',
    ofSenderMax: 'int',
  },
  ({ agentId, senderId, contentDigest, idempotencyKey, keyNotBefore, ...bounds }) => {
    const { hourAgo, askedSince, deniedSince, ofAgentMax, inAnHourMax, ofSenderMax } = bounds;
    const ofPair = approvals.where('a.agent_id', '=', agentId).where('a.sender_id', '=', senderId);
    const open = approvals.where('a.resolved_at', 'is', null);
    const pending = open
      .select(['a.sender_id', 'a.bytes', 'a.expires_at'])
      .where('a.agent_id', '=', agentId)
      .limit(ofAgentMax)
      .as('p');
    const inAnHour = ofPair
      .select('a.created_at')
      .where('a.created_at', '>', hourAgo)
      .orderBy('a.created_at', 'desc')
      .limit(inAnHourMax)
      .as('h');
    const ofSender = open.select('a.bytes').where('a.sender_id', '=', senderId).limit(ofSenderMax).as('o');
    return db
      .selectFrom([
        db
          .selectFrom(pending)
          .select([
            amountOf('p').as('ofAgent'),
            amountOf('p', senderId).as('atAgent'),
            sql<Date | null>`min(p.expires_at) filter (where p.sender_id = ${senderId})`.as('firstEndsAt'),
          ])
          .as('at_agent'),
        db
          .selectFrom(inAnHour)
          .select([rowCount.as('inAnHour'), sql<Date | null>`min(h.created_at)`.as('oldestInHourAt')])
          .as('in_an_hour'),
        db.selectFrom(ofSender).select(amountOf('o').as('ofSender')).as('of_sender'),
      ])
      .selectAll()
      .select(({ exists, selectFrom }) => [
        exists(
          selectFrom('requests as r')
            .select('r.id')
            .where('r.sender_id', '=', senderId)
            .where('r.idempotency_key', '=', sql<string>`${idempotencyKey}`)
            .where('r.created_at', '>=', keyNotBefore),
        )
          .$castTo<boolean>()
          .as('isRepetition'),
        exists(
          ofPair
            .select('a.id')
            .where('a.created_at', '>=', askedSince)
            .where('a.status', '=', 'DENIED')
            .where('a.resolved_at', '>', deniedSince)
            .where('a.content_digest', '=', contentDigest),
        )
          .$castTo<boolean>()
          .as('wasDenied'),
      ]);
  },
);

export const HELD_TOTAL = statement('held-total', { max: 'int' }, ({ max }) =>
  db
    .selectFrom(approvals.select('a.bytes').where('a.resolved_at', 'is', null).limit(max).as('o'))
    .select([rowCount.as('requests'), sql<number>`coalesce(sum(o.bytes), 0)::float8`.as('bytes')]),
);

/** As many as are told when a request is held, and when, by how much of the time to answer is over. */
const TOLD = sql<{ readonly event: string; readonly part: number }>`(values
  ('approval.requested', 0.0), ('approval.reminder', 0.5), ('approval.reminder', 0.9)
)`.as<'t'>(sql`t (event, part)`);

const dueAt = sql<Date>`a.created_at + (a.expires_at - a.created_at) * t.part`;

const seconds = (count: number) => sql`${sql.lit(`${count} seconds`)}::interval`;

/**
 * The request, what people are asked about it, and what is told to whom and when: all of it, or nothing where its idempotency
 * key is taken. What is told refers to rows that may be deleted meanwhile, which are passed over.
 */
export const HOLD = statement(
  'hold-request',
  { request: rowOf(NEW_REQUEST_COLUMNS), approval: rowOf(NEW_APPROVAL_COLUMNS), ...SUBMITTED_WITH },
  ({ request, approval, actorKind, actorId, keyId, policySetId, stages }) => {
    const notified = sql<boolean>`not exists (
      select from approval_settings s
      where s.agent_id = a.agent_id and s.is_active and s.notify is not null and v.id <> all (s.notify)
    )`;
    return (
      db
        .with('held', (cte) =>
          cte
            .insertInto('requests')
            .values(request)
            .onConflict((conflict) =>
              conflict.columns(['sender_id', 'idempotency_key']).where('idempotency_key', 'is not', null).doNothing(),
            )
            .returning([
              'id',
              'agent_id',
              'sender_id',
              'action',
              'status',
              'params',
              'bytes',
              'contract_id',
              'channel_id',
              'attempts',
              'created_at',
            ]),
        )
        .with('asked', (cte) =>
          cte
            .insertInto('approvals')
            .columns(NEW_APPROVAL_COLUMNS.names)
            .expression((from) => from.selectFrom('held').select(valuesOf(NEW_APPROVAL_COLUMNS, approval)))
            .returning([
              'id',
              'agent_id',
              'created_at',
              'expires_at',
              'digest',
              'quorum',
              'policy_set_id',
              'contract_id',
            ]),
        )
        .with('endpoints', (cte) =>
          cte
            .selectFrom('asked as a')
            .innerJoin('webhook_endpoints as e', 'e.agent_id', 'a.agent_id')
            .crossJoin(TOLD)
            .select(['t.event', 'a.id as approval_id', 'e.id as endpoint_id', 'a.created_at', dueAt.as('due_at')])
            .where('e.disabled_at', 'is', null)
            .where(sql<boolean>`t.event = any (e.events)`)
            .forKeyShare('e'),
        )
        .with('mailed', (cte) =>
          cte
            .selectFrom('asked as a')
            .innerJoin('approvers as v', (join) => join.on(sql<boolean>`v.agent_ids @> array[a.agent_id]`))
            .crossJoin('held as h')
            .crossJoin(TOLD)
            .select([
              't.event',
              'a.id as approval_id',
              'v.id as approver_id',
              'a.created_at',
              sql<Date>`${dueAt} + case t.part when 0 then ${seconds(EMAIL_AFTER_SECONDS)} else interval '0' end`.as(
                'due_at',
              ),
            ])
            .where('v.removed_at', 'is', null)
            .where('v.email', 'is not', null)
            .where(sql<boolean>`(t.part = 0 or ${dueAt} >= a.created_at + ${seconds(EMAIL_REMINDER_AFTER_SECONDS)})`)
            .where(sql<boolean>`(v.actions is null or h.action = any (v.actions))`)
            .where(notified)
            .forKeyShare('v'),
        )
        .with('told', (cte) =>
          cte
            .insertInto('outbox')
            .columns([
              'id',
              'kind',
              'event',
              'approval_id',
              'endpoint_id',
              'approver_id',
              'attempts',
              'due_at',
              'created_at',
            ])
            .expression((from) =>
              from
                .selectFrom('endpoints as n')
                .select([
                  sql<string>`gen_random_uuid()`.as('id'),
                  sql<'webhook' | 'email'>`'webhook'`.as('kind'),
                  'n.event',
                  'n.approval_id',
                  sql<string | null>`n.endpoint_id`.as('endpoint_id'),
                  sql<string | null>`null::uuid`.as('approver_id'),
                  sql<number>`0`.as('attempts'),
                  'n.due_at',
                  'n.created_at',
                ])
                .unionAll(
                  from
                    .selectFrom('mailed as n')
                    .select([
                      sql<string>`gen_random_uuid()`.as('id'),
                      sql<'webhook' | 'email'>`'email'`.as('kind'),
                      'n.event',
                      'n.approval_id',
                      sql<string | null>`null::uuid`.as('endpoint_id'),
                      sql<string | null>`n.approver_id`.as('approver_id'),
                      sql<number>`0`.as('attempts'),
                      'n.due_at',
                      'n.created_at',
                    ]),
                ),
            ),
        )
        .with('submitted', (cte) =>
          noteFrom(cte.selectFrom('held as h'), {
            type: 'request.submitted',
            at: sql.ref('h.created_at'),
            actor: { kind: actorKind.$castTo<AuditActorKind>(), id: actorId, keyId },
            ...aboutRequest(ofColumns('h')),
            data: submissionOf(ofColumns('h'), { stages: stages.$castTo<Stages>(), policySetId }),
          }).returning('id'),
        )
        // It reads the one before, so that it comes after it.
        .with('requested', (cte) =>
          noteFrom(cte.selectFrom(['held as h', 'asked as a', 'submitted']), {
            type: 'approval.requested',
            at: sql.ref('a.created_at'),
            actor: BY_PLATFORM,
            ...aboutRequest(ofColumns('h')),
            subject: { kind: 'approval', id: sql.ref('a.id') },
            data: askedOf(ofColumns('a')),
          }),
        )
        .selectFrom('held')
        .select('id')
    );
  },
);
