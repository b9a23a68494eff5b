import { type Expression, sql } from 'kysely';
import type { Expired, RequestStore } from '../../application/ports/request-store.ts';
import { PLATFORM } from '../../domain/actor.ts';
import type { AuditActorKind } from '../../domain/audit-entry.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import type { JsonText } from '../../domain/json/json-text.ts';
import { TRANSITIONS } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { noteFrom } from '../audit/note-entries.ts';
import type { Database } from '../database.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { CHANGED_AT_ONCE, endAll, ending, pick } from './change-all.ts';
import type { KnownRequests } from './known-requests.ts';
import { finishedAt, isBlocked, isOpen, isOpenAt, isSuspended, ofRequest, startsFrom } from './request-conditions.ts';
import { ACTOR_COLUMNS, aboutRequest, actorColumns, BY_PLATFORM, ofRows } from './request-notes.ts';
import { toRequest } from './request-records.ts';

type RequestSweeps = Pick<
  RequestStore,
  'cancelAllOfAgent' | 'cancelWithoutAgent' | 'renewLeases' | 'expire' | 'removeRejectedParams' | 'forgetFinished'
>;

/** What every sweep that ends requests says of them. */
const FAILURE = { at: 'timestamptz', code: 'text', message: 'text' } as const;

const failed = ({
  at,
  code,
  message,
}: {
  at: Expression<Date>;
  code: Expression<string>;
  message: Expression<string>;
}) => ({
  error_code: code,
  error_message: message,
  ...finishedAt(at),
});

const CANCEL_ALL_OF_AGENT = statement(
  'cancel-requests-of-agent',
  { agentId: 'uuid', ...FAILURE, ...ACTOR_COLUMNS },
  ({ agentId, actorKind, actorId, keyId, ...failure }) =>
    endAll(
      pick
        .where('r.agent_id', '=', agentId)
        .where(startsFrom('cancel'))
        .where(isOpenAt(failure.at))
        .orderBy('r.id')
        .limit(CHANGED_AT_ONCE)
        .forNoKeyUpdate(),
      { status: TRANSITIONS.cancel.to, ...failed(failure) },
      { type: 'request.cancelled', actor: { kind: actorKind.$castTo<AuditActorKind>(), id: actorId, keyId } },
    ),
);

/** Its agent's row is gone for good: ids are never used again. */
const CANCEL_WITHOUT_AGENT = statement(
  'cancel-requests-without-agent',
  { limit: 'int', ...FAILURE },
  ({ limit, ...failure }) =>
    endAll(
      pick
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('agents as a').select('a.id').whereRef('a.id', '=', 'r.agent_id'))),
        )
        .where(startsFrom('cancel'))
        .where(isOpenAt(failure.at))
        .orderBy('r.id')
        .limit(limit)
        .forNoKeyUpdate('r')
        .skipLocked(),
      { status: TRANSITIONS.cancel.to, ...failed(failure) },
      { type: 'request.cancelled', actor: BY_PLATFORM },
    ),
);

const RENEW_LEASES = statement(
  'renew-leases',
  { nodeId: 'text', leaseExpiresAt: 'timestamptz', limit: 'int' },
  ({ nodeId, leaseExpiresAt, limit }) =>
    db
      .with(
        (cte) => cte('picked').materialized(),
        () =>
          db
            .selectFrom('channels as c')
            .innerJoin('requests as r', 'r.channel_id', 'c.id')
            .select('r.id')
            .where('c.node_id', '=', nodeId)
            .where(isOpen)
            .where('r.status', '=', 'DISPATCHED')
            .where('r.lease_expires_at', '<>', leaseExpiresAt)
            .orderBy('r.id')
            .limit(limit)
            .forNoKeyUpdate('r'),
      )
      .updateTable('requests as r')
      .from('picked')
      .set({ lease_expires_at: leaseExpiresAt })
      .whereRef('r.id', '=', 'picked.id')
      .returning('r.id'),
);

/** What is told of a request that waits for nothing else. */
const whileStopped = ({ suspended, blocked, held, timeout }: Readonly<Record<keyof Expired, Expression<string>>>) => {
  const waits = ofRequest('r.status', 'in', ['PENDING', 'AWAITING_APPROVAL']);
  return ofRequest
    .case()
    .when(ofRequest.and([waits, isSuspended]))
    .then(suspended)
    .when(ofRequest.and([waits, isBlocked]))
    .then(blocked)
    .when(ofRequest('r.status', '=', 'AWAITING_APPROVAL'))
    .then(held)
    .else(timeout)
    .end();
};

const EXPIRE = statement(
  'expire-requests',
  {
    limit: 'int',
    at: 'timestamptz',
    code: 'text',
    message: 'text',
    suspendedCode: 'text',
    suspendedMessage: 'text',
    blockedCode: 'text',
    blockedMessage: 'text',
    heldCode: 'text',
    heldMessage: 'text',
  },
  ({ limit, at, code, message, suspendedCode, suspendedMessage, blockedCode, blockedMessage, heldCode, heldMessage }) =>
    ending(
      pick
        .where(isOpen)
        .where(startsFrom('expire'))
        .where('r.expires_at', '<=', at)
        .orderBy('r.expires_at')
        .limit(limit)
        .forNoKeyUpdate()
        .skipLocked(),
      {
        status: TRANSITIONS.expire.to,
        ...failed({
          at,
          code: whileStopped({ suspended: suspendedCode, blocked: blockedCode, held: heldCode, timeout: code }),
          message: whileStopped({
            suspended: suspendedMessage,
            blocked: blockedMessage,
            held: heldMessage,
            timeout: message,
          }),
        }),
      },
      { type: 'request.expired', actor: BY_PLATFORM },
    )
      // As it was before the statement, which ends it.
      .with('expired', (cte) =>
        noteFrom(
          cte
            .selectFrom('changed as c')
            .innerJoin('approvals as a', 'a.request_id', 'c.id')
            .where('a.resolved_at', 'is', null),
          {
            type: 'approval.expired',
            at: sql.ref('c.updatedAt'),
            actor: BY_PLATFORM,
            ...aboutRequest(ofRows('c')),
            subject: { kind: 'approval', id: sql.ref('a.id') },
            data: {},
          },
        ),
      )
      .selectFrom('changed')
      .selectAll()
      .orderBy('id'),
);

const REMOVE_REJECTED_PARAMS = statement(
  'remove-rejected-params',
  { before: 'timestamptz', limit: 'int' },
  ({ before, limit }) =>
    db
      .with(
        (cte) => cte('over').materialized(),
        (cte) =>
          cte
            .selectFrom('requests')
            .select('id')
            .where('has_rejected_params', '=', sql.lit(true))
            .where('created_at', '<', before)
            .orderBy('created_at')
            .limit(limit)
            .forNoKeyUpdate()
            .skipLocked(),
      )
      .updateTable('requests as r')
      .from('over')
      .set({ params: sql<JsonText<JsonObject>>`'{}'`, has_rejected_params: sql.lit(false) })
      .whereRef('r.id', '=', 'over.id')
      .returning('r.id'),
);

/**
 * Nothing is finished before it was created, so the index over that finds the few blocks to read. What summaries tell of that time
 * goes with it, and the handles of deleted agents that nothing was sent to since.
 */
const FORGET_FINISHED = statement(
  'forget-finished-requests',
  { before: 'timestamptz', limit: 'int' },
  ({ before, limit }) =>
    db
      .with('old', (cte) =>
        cte
          .selectFrom('requests')
          .select('id')
          .where('created_at', '<', before)
          .where('finished_at', '<', before)
          .limit(limit)
          .forUpdate()
          .skipLocked(),
      )
      .with('summaries', (cte) => cte.deleteFrom('request_summaries').where('starts_at', '<', before))
      .with('rejections', (cte) => cte.deleteFrom('rejection_summaries').where('starts_at', '<', before))
      .with('not_kept', (cte) => cte.deleteFrom('rejections_not_kept').where('starts_at', '<', before))
      .with('handles', (cte) =>
        cte
          .deleteFrom('deleted_agents as d')
          .where('d.deleted_at', '<', before)
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('requests as to').select('to.id').whereRef('to.agent_id', '=', 'd.id'))),
          ),
      )
      .deleteFrom('requests as r')
      .using('old')
      .whereRef('r.id', '=', 'old.id')
      .returning('r.id'),
);

/** Changes of many requests at once. Nodes sweep side by side: what one is changing the others pass over. */
export const createRequestSweeps = (database: Database, known: KnownRequests): RequestSweeps => ({
  cancelAllOfAgent: async (agentId, error, at, by = PLATFORM) => {
    if (!isUuid(agentId)) return [];
    const values = { agentId, at, ...error, ...actorColumns(by) };
    return (await database.run(CANCEL_ALL_OF_AGENT, values)).map(toRequest);
  },

  cancelWithoutAgent: async (error, at, limit) =>
    (await database.run(CANCEL_WITHOUT_AGENT, { limit, at, ...error })).map(toRequest),

  renewLeases: async (nodeId, leaseExpiresAt, limit) =>
    (await database.run(RENEW_LEASES, { nodeId, leaseExpiresAt, limit })).length,

  expire: async ({ timeout, suspended, blocked, held }, at, limit) => {
    const values = {
      ...timeout,
      suspendedCode: suspended.code,
      suspendedMessage: suspended.message,
      blockedCode: blocked.code,
      blockedMessage: blocked.message,
      heldCode: held.code,
      heldMessage: held.message,
    };
    return (await database.run(EXPIRE, { limit, at, ...values })).map(toRequest);
  },

  removeRejectedParams: async (before, limit) => {
    const removed = await database.run(REMOVE_REJECTED_PARAMS, { before, limit });
    known.forget(removed.map(({ id }) => id));
    return removed.length;
  },

  forgetFinished: async (before, limit) => {
    const forgotten = await database.run(FORGET_FINISHED, { before, limit });
    known.forget(forgotten.map(({ id }) => id));
    return forgotten.length;
  },
});
