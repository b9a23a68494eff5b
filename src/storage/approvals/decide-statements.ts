import { type Expression, sql } from 'kysely';
import type { ApprovalVerdict } from '../../application/ports/decision-store.ts';
import type { Vote } from '../../domain/approval.ts';
import type { AuditActorKind } from '../../domain/audit-entry.ts';
import { detailGiven, GIVEN_ENTRIES, noteFrom, noteGiven } from '../audit/note-entries.ts';
import { beside } from '../beside.ts';
import { anyOf, isAny, valuesOf } from '../expressions.ts';
import { rowOf } from '../parameters.ts';
import { finishedAt, startsFrom, touchedAt } from '../requests/request-conditions.ts';
import { RequestEntity } from '../requests/request-entity.ts';
import { ACTOR_COLUMNS, aboutRequest, BY_PLATFORM, endOf, ofRows } from '../requests/request-notes.ts';
import { REQUEST_COLUMNS } from '../requests/request-records.ts';
import { statement } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { ApprovalDecisionEntity } from './approval-decision-entity.ts';
import { ApprovalEntity } from './approval-entity.ts';
import { askedOf } from './approval-notes.ts';
import { APPROVAL_COLUMNS } from './approval-records.ts';

const DECISION = columnsOfTable(ApprovalDecisionEntity);

export const DECISIONS_OF = statement('decisions-of', { ids: 'uuid[]' }, ({ ids }) =>
  db
    .selectFrom('approval_decisions as d')
    .select(DECISION.from('d'))
    .where('d.approval_id', '=', anyOf(ids))
    .orderBy('d.id'),
);

/** A request and its approval in one answer. */
export const HELD = beside(REQUEST_COLUMNS, 'held');
export const ASKED = beside(APPROVAL_COLUMNS, 'asked');

/** The setting of the agent's active version; what it is without any version is the domain's to say. */
const settingOf = <Value>(agentId: string, column: 'quorum' | 'allow_edits' | 'prevent_self_approval') =>
  sql<Value | null>`(
    select ${sql.ref(`s.${column}`)} from approval_settings s where s.agent_id = ${sql.ref(agentId)} and s.is_active
  )`;

const isSuspended = (subjectId: string) =>
  sql<boolean>`exists (select from suspensions s where s.subject_id = ${sql.ref(subjectId)})`;

const isBlocked = sql<boolean>`exists (
  select from sender_limits l where l.agent_id = r.agent_id and l.sender_id = r.sender_id and l.is_blocked
)`;

/** The approval, its request under names of its own, who owns whom, and what stands in the way: all at one moment. */
export const DECISION_BASES = statement('decision-bases', { ids: 'uuid[]' }, ({ ids }) =>
  db
    .selectFrom('approvals as a')
    .innerJoin('requests as r', 'r.id', 'a.request_id')
    .select(ASKED.from('a'))
    .select(HELD.from('r'))
    .select([
      sql<string | null>`(select g.owner_id from agents g where g.id = r.agent_id)`.as('agentOwnerId'),
      // An agent that was deleted since was its owner's, and that is known for as long as its handle rests.
      sql<string | null>`case
        when exists (select from senders s where s.id = r.sender_id)
          then (select s.owner_id from senders s where s.id = r.sender_id)
        when exists (select from agents g where g.id = r.sender_id)
          then (select g.owner_id from agents g where g.id = r.sender_id)
        else (select h.owner_id from resting_handles h where h.agent_id = r.sender_id)
      end`.as('senderOwnerId'),
      // Of a sender that is gone the row is gone: senders stay, and agents may be deleted.
      sql<'sender' | 'agent'>`case when exists (select from senders s where s.id = r.sender_id)
        then 'sender' else 'agent' end`.as('senderKind'),
      isBlocked.as('isSenderBlocked'),
      isSuspended('r.sender_id').as('isSenderSuspended'),
      isSuspended('r.agent_id').as('isAgentSuspended'),
      settingOf<number>('r.agent_id', 'quorum').as('quorumInForce'),
      settingOf<boolean>('r.agent_id', 'allow_edits').as('allowsEdits'),
      settingOf<boolean>('r.agent_id', 'prevent_self_approval').as('preventsSelfApproval'),
    ])
    .where('a.id', '=', anyOf(ids)),
);

/**
 * The request, locked against whatever else would change it. It is to be of that agent, whose lock comes before. What it
 * reads of the approval is older than the lock, so nothing of it is answered.
 */
export const LOCK_HELD_REQUEST = statement(
  'lock-held-request',
  { approvalId: 'uuid', agentId: 'uuid' },
  ({ approvalId, agentId }) =>
    db
      .selectFrom('approvals as a')
      .innerJoin('requests as r', 'r.id', 'a.request_id')
      .select(REQUEST_COLUMNS.from('r'))
      .where('a.id', '=', approvalId)
      .where('r.agent_id', '=', agentId)
      .forNoKeyUpdate('r'),
);

/** Whether an administrator of that id was removed; the one password's is no id, and nobody removes it. */
const isRemovedAdmin = (id: Expression<string>) => sql<boolean>`exists (
  select from admins m where m.id::text = ${id} and m.removed_at is not null
)`;

/** The voices of those who may still decide: approvers and administrators that were removed have none. */
const livingVotes = sql<readonly Vote[]>`coalesce((
  select jsonb_agg(v.vote order by v.ord) from jsonb_array_elements(a.approved_by) with ordinality v (vote, ord)
  where case v.vote ->> 'kind'
    when 'APPROVER' then exists (
      select from approvers p where p.id = (v.vote ->> 'id')::uuid and p.removed_at is null
    )
    when 'ADMIN' then not ${isRemovedAdmin(sql`v.vote ->> 'id'`)}
    else true
  end
), '[]')`;

/** What somebody said to it last, so that saying it again is no mistake. */
const lastVerdict = (kind: Expression<string>, id: Expression<string>) => sql<ApprovalVerdict | null>`(
  select d.verdict from approval_decisions d
  where d.approval_id = a.id and d.decider_kind = ${kind} and d.decider_id = ${id} order by d.id desc limit 1
)`;

/** The approval, locked, once its agent and its request are; and what is in force around it. */
export const LOCK_APPROVAL = statement(
  'lock-approval',
  { id: 'uuid', kind: 'text', deciderId: 'text', approverId: 'uuid?' },
  ({ id, kind, deciderId, approverId }) =>
    db
      .selectFrom('approvals as a')
      .innerJoin('requests as r', 'r.id', 'a.request_id')
      .select(ASKED.from('a'))
      .select([
        livingVotes.as('livingVotes'),
        lastVerdict(kind, deciderId).as('lastVerdict'),
        sql<boolean>`case ${kind}
          when 'APPROVER' then exists (select from approvers p where p.id = ${approverId} and p.removed_at is null)
          when 'ADMIN' then not ${isRemovedAdmin(deciderId)}
          else true
        end`.as('isDeciderThere'),
        sql<string | null>`(select p.id from policy_sets p where p.agent_id = r.agent_id and p.is_active)`.as(
          'activePolicySetId',
        ),
        sql<string | null>`(
          select c.id from capability_contracts c where c.agent_id = r.agent_id and c.is_active
        )`.as('activeContractId'),
        settingOf<number>('r.agent_id', 'quorum').as('quorumInForce'),
        sql<boolean>`${isBlocked} or ${isSuspended('r.sender_id')} or ${isSuspended('r.agent_id')}`.as('isStopped'),
      ])
      .where('a.id', '=', id)
      .forNoKeyUpdate('a'),
);

const VOTED = columnsOfTable(ApprovalEntity, {
  only: ['status', 'approvedBy', 'digest', 'toSender', 'resolvedAt'],
});

/** Puts the votes on the row, and notes what was said. */
export const RECORD_DECISION = statement(
  'record-decision',
  {
    id: 'uuid',
    seenRevision: 'int',
    approval: rowOf(VOTED),
    decision: rowOf(DECISION),
    entries: GIVEN_ENTRIES,
  },
  ({ id, seenRevision, approval, decision, entries }) =>
    db
      .with('decided', (cte) =>
        cte
          .updateTable('approvals as a')
          .set((set) => ({ ...approval, revision: set('a.revision', '+', 1) }))
          .where('a.id', '=', id)
          .where('a.resolved_at', 'is', null)
          .where('a.revision', '=', seenRevision)
          .returning(APPROVAL_COLUMNS.from('a')),
      )
      .with('noted', (cte) =>
        cte
          .insertInto('approval_decisions')
          .columns(DECISION.names)
          .expression((from) => from.selectFrom('decided').select(valuesOf(DECISION, decision))),
      )
      .with('entered', () => noteGiven(entries, isAny('decided')))
      .with('detailed', () => detailGiven(entries, isAny('decided')))
      .selectFrom('decided')
      .selectAll(),
);

const BOUND = columnsOfTable(ApprovalEntity, {
  only: [
    'agentId',
    'senderId',
    'holdReasons',
    'findings',
    'digest',
    'policySetId',
    'policyVersion',
    'contractId',
    'contractVersion',
    'quorum',
    'approvedBy',
  ],
});

/** Binds an open approval to something else; whoever approved before approved of what was. */
export const REBIND = statement(
  'rebind-approval',
  { id: 'uuid', seenRevision: 'int', binding: rowOf(BOUND), at: 'timestamptz', ...ACTOR_COLUMNS },
  ({ id, seenRevision, binding, at, actorKind, actorId, keyId }) =>
    db
      .with('bound', (cte) =>
        cte
          .updateTable('approvals as a')
          .set((set) => ({ ...binding, revision: set('a.revision', '+', 1) }))
          .where('a.id', '=', id)
          .where('a.resolved_at', 'is', null)
          .where('a.revision', '=', seenRevision)
          .returning(APPROVAL_COLUMNS.from('a')),
      )
      .with('noted', (cte) =>
        noteFrom(cte.selectFrom('bound as b'), {
          type: 'approval.requested',
          at,
          actor: { kind: actorKind.$castTo<AuditActorKind>(), id: actorId, keyId },
          subject: { kind: 'approval', id: sql.ref('b.id') },
          agentId: sql.ref('b.agentId'),
          requestId: sql.ref('b.requestId'),
          data: askedOf(ofRows('b')),
        }),
      )
      .selectFrom('bound')
      .selectAll(),
);

const MOVED = columnsOfTable(RequestEntity, {
  only: ['status', 'isHeld', 'effectiveParams', 'pipelineLog', 'errorCode', 'errorMessage', 'expiresAt', 'contractId'],
});

/** What becomes of a held request that is approved, or that is done otherwise than it was asked for. */
export const MOVE_HELD = statement(
  'move-held-request',
  { id: 'uuid', at: 'timestamptz', request: rowOf(MOVED) },
  ({ id, at, request }) =>
    db
      .updateTable('requests as r')
      .set({ ...request, ...touchedAt(at) })
      .where('r.id', '=', id)
      .where(startsFrom('approve'))
      .returning(REQUEST_COLUMNS.from('r')),
);

/** What becomes of one that is refused. Its approval, if that is open still, ends with it, as rejected. */
export const REFUSE_HELD = statement(
  'refuse-held-request',
  { id: 'uuid', at: 'timestamptz', request: rowOf(MOVED) },
  ({ id, at, request }) =>
    db
      .with('refused', (cte) =>
        cte
          .updateTable('requests as r')
          .set({ ...request, ...finishedAt(at) })
          .where('r.id', '=', id)
          .where(startsFrom('refuse'))
          .returning(REQUEST_COLUMNS.from('r')),
      )
      .with('noted', (cte) =>
        noteFrom(cte.selectFrom('refused as c'), {
          type: 'request.finished',
          at: sql.ref('c.updatedAt'),
          // Its sender is not told who decided.
          actor: BY_PLATFORM,
          ...aboutRequest(ofRows('c')),
          data: endOf(ofRows('c')),
        }),
      )
      .selectFrom('refused')
      .selectAll(),
);
