import { sql } from 'kysely';
import type { JsonText } from '../../domain/json/json-text.ts';
import { DELIVERIES_KEPT, type RequestStatus, TRANSITIONS } from '../../domain/request.ts';
import type { LoggedStage } from '../../domain/verdict.ts';
import { noteFrom } from '../audit/note-entries.ts';
import { columnsUnless, greatest } from '../expressions.ts';
import { rowsOf } from '../parameters.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db, propertiesOf } from '../tables.ts';
import { finishedAt, hasItsChannel, isClaimableAt, ofRequest, startsFrom, touchedAt } from './request-conditions.ts';
import { RequestEntity, type StoredDelivery } from './request-entity.ts';
import { ACTOR_COLUMNS, aboutRequest, BY_PLATFORM, digestOf, endOf, type Of, ofRows } from './request-notes.ts';
import { OTHER_COLUMNS, REQUEST_COLUMNS, TOLD_COLUMNS } from './request-records.ts';

/**
 * Batches of conditional updates: each row `i` of a call changes its request `r`. Where one request is asked for twice,
 * one of the two changes it: `ord` tells which. A request that another statement is changing is waited for and looked
 * at again; a claim leaves it alone.
 */
const ord = sql<number>`${sql.ref('i.ord')}::int`.as('ord');

const at = sql.ref<Date>('i.at');

const CLAIMED = columnsOfTable(RequestEntity, {
  only: ['id', 'attempts', 'deliveries', 'channelId', 'nodeId', 'leaseExpiresAt'],
});

const isClaimable = ofRequest.and([
  ofRequest('r.attempts', '=', sql.ref<number>('i.attempts')),
  isClaimableAt(at),
  ofRequest.exists(
    ofRequest
      .selectFrom('channels as own')
      .where('own.id', '=', sql.ref<string>('i.channel_id'))
      .whereRef('own.agent_id', '=', 'r.agent_id'),
  ),
]);

/** One more that is not acked yet, and one less where the one before went with its channel. */
const unackedDeliveries = ofRequest
  .case()
  .when(ofRequest('r.status', '=', 'DISPATCHED').and(ofRequest.not(hasItsChannel)))
  .then(ofRequest.ref('r.unacked_deliveries'))
  .else(ofRequest('r.unacked_deliveries', '+', 1))
  .end();

/** The last ones that were made. */
const deliveriesBefore = sql<StoredDelivery[]>`case
  when jsonb_array_length(${sql.ref('r.deliveries')}) >= ${sql.lit(DELIVERIES_KEPT)}
  then ${sql.ref('r.deliveries')} - 0 else ${sql.ref('r.deliveries')} end`;

/**
 * `attempts` is what the caller saw; `deliveries` is the one that this claim adds. Where it is not the first one, that is noted:
 * the first is part of what its submission or its end says.
 */
export const CLAIM = statement('claim-requests', { changes: rowsOf(CLAIMED, { at: 'timestamptz' }) }, ({ changes }) => {
  const claims = db.with('i', () => db.selectFrom(changes.withOrdinality('i')).selectAll());
  return claims
    .with(
      (cte) => cte('locked').materialized(),
      (cte) =>
        cte
          .selectFrom('i')
          .innerJoin('requests as r', 'r.id', 'i.id')
          .select(['i.ord', 'r.id'])
          .where(isClaimable)
          .forNoKeyUpdate('r')
          .skipLocked(),
    )
    .with('changed', (cte) =>
      cte
        .updateTable('requests as r')
        .from('locked')
        .innerJoin('i', 'i.ord', 'locked.ord')
        .set((set) => ({
          status: TRANSITIONS.claim.to,
          attempts: set('r.attempts', '+', 1),
          channel_id: set.ref('i.channel_id'),
          node_id: set.ref('i.node_id'),
          lease_expires_at: set.ref('i.lease_expires_at'),
          progress: null,
          unacked_deliveries: unackedDeliveries,
          deliveries: sql<StoredDelivery[]>`(${deliveriesBefore}) || ${set.ref('i.deliveries')}`,
          ...touchedAt(at),
        }))
        .whereRef('r.id', '=', 'locked.id')
        .where(isClaimable)
        .returning(REQUEST_COLUMNS.from('r'))
        .returning(ord),
    )
    .with('noted', (cte) =>
      noteFrom(cte.selectFrom('changed as c').where('c.attempts', '>', 1), {
        type: 'request.redelivered',
        at: sql.ref('c.updatedAt'),
        actor: BY_PLATFORM,
        ...aboutRequest(ofRows('c')),
        data: { attempt: sql.ref('c.attempts'), channel: sql.ref('c.channelId') },
      }),
    )
    .selectFrom('changed')
    .selectAll();
});

const REPORTED = columnsOfTable(RequestEntity, {
  only: ['id', 'agentId', 'channelId', 'result', 'errorCode', 'errorMessage'],
});

/** The attempt that went to the channel which the outcome came through; the latest one where that is not known. */
const outcomeAttempt = sql<number>`coalesce((
  select max((d ->> 'attempt')::int) from jsonb_array_elements(${sql.ref('r.deliveries')}) d
  where d ->> 'channelId' = ${sql.ref('i.channel_id')}::text
), ${sql.ref('r.attempts')})`;

const deliveriesAcked = sql<StoredDelivery[]>`jsonb_set(
  ${sql.ref('r.deliveries')}, '{-1,ackedAt}', to_jsonb(${sql.ref('i.ackedAt')})
)`;

const logWithDenial = sql<
  JsonText<readonly LoggedStage[]>
>`(${sql.ref('r.pipeline_log')}::jsonb || ${sql.ref('i.denial')})::json`;

/** What an outcome is noted by: the row as it leaves it, which is not answered. */
const REPORT_NOTED = [
  sql<string>`r.id`.as('noted_id'),
  sql<string>`r.agent_id`.as('noted_agentId'),
  sql<string>`r.sender_id`.as('noted_senderId'),
  sql<Date | null>`r.finished_at`.as('noted_finishedAt'),
  sql<string>`r.status`.as('noted_status'),
  sql<string | null>`r.error_code`.as('noted_errorCode'),
  sql<number>`r.attempts`.as('noted_attempts'),
  sql<number | null>`r.outcome_attempt`.as('noted_outcomeAttempt'),
  sql<string | null>`r.deliveries -> -1 ->> 'ackedAt'`.as('noted_ackedAt'),
  sql<string | null>`i."keyId"`.as('noted_keyId'),
  sql<string | null>`i."entryId"`.as('noted_entryId'),
  digestOf('result', sql.ref('i.result')).as('noted_digest'),
] as const;

const ofReport: Of = (property) => sql.ref(`c.noted_${property}`);

/**
 * Acks (`ackedAt`), outcomes (`status`), and both as two changes at once: such a row changes its request only where the
 * ack would have. An open request has no outcome, so an ack leaves none. What was said of a denied result is added to the log. Where the row's new revision is the one that
 * was expected, the caller knows the rest of it.
 */
export const REPORT = statementByKey(
  'report-requests',
  {
    changes: rowsOf(REPORTED, {
      at: 'timestamptz',
      ackedAt: 'text?',
      status: 'text?',
      denial: 'jsonb?',
      revision: 'int?',
      keyId: 'uuid?',
      entryId: 'uuid?',
    }),
  },
  ({ changes }) =>
    db
      .with('changed', (cte) =>
        cte
          .updateTable('requests as r')
          .from(changes.withOrdinality('i'))
          .set((set) => {
            const isAck = set('i.ackedAt', 'is not', null);
            const isOutcome = set('i.status', 'is not', null);
            return {
              status: sql<RequestStatus>`coalesce(${set.ref('i.status')}, ${sql.lit(TRANSITIONS.acknowledge.to)})`,
              result: set.ref('i.result'),
              error_code: set.ref('i.error_code'),
              error_message: set.ref('i.error_message'),
              pipeline_log: set
                .case()
                .when('i.denial', 'is', null)
                .then(set.ref('r.pipeline_log'))
                .else(logWithDenial)
                .end(),
              outcome_attempt: set.case().when(isOutcome).then(outcomeAttempt).end(),
              lease_expires_at: set
                .case()
                .when(isOutcome)
                .then(set.ref('r.lease_expires_at'))
                .else(set.ref('r.expires_at'))
                .end(),
              unacked_deliveries: set.case().when(isAck).then(0).else(set.ref('r.unacked_deliveries')).end(),
              deliveries: set.case().when(isAck).then(deliveriesAcked).else(set.ref('r.deliveries')).end(),
              ...touchedAt(at),
              revision: set
                .case()
                .when(isAck.and(isOutcome))
                .then(set('r.revision', '+', 2))
                .else(set('r.revision', '+', 1))
                .end(),
              finished_at: set
                .case()
                .when(isOutcome)
                .then(greatest(set.ref('r.updated_at'), at))
                .end(),
            };
          })
          .whereRef('r.id', '=', 'i.id')
          .whereRef('r.agent_id', '=', 'i.agent_id')
          .where('r.expires_at', '>', at)
          .where((where) =>
            where.or([
              where('i.ackedAt', 'is', null),
              where.and([
                startsFrom('acknowledge'),
                where.or([where('i.channel_id', 'is', null), where('i.channel_id', '=', where.ref('r.channel_id'))]),
              ]),
            ]),
          )
          // PENDING counts once it was delivered: its channel is lost, but the agent works on it all the same.
          .where((where) =>
            where.or([
              where('i.status', 'is', null),
              where.and([
                where('r.attempts', '>', 0),
                where
                  .case('i.status')
                  .when(TRANSITIONS.complete.to)
                  .then(startsFrom('complete'))
                  .else(startsFrom('fail'))
                  .end(),
              ]),
            ]),
          )
          .returning(TOLD_COLUMNS.from('r'))
          .returning(({ eb }) => columnsUnless(eb('r.revision', '=', eb.ref('i.revision')), OTHER_COLUMNS, 'r'))
          .returning(ord)
          .returning(REPORT_NOTED),
      )
      .with('noted', (cte) =>
        noteFrom(cte.selectFrom('changed as c').where('c.noted_finishedAt', 'is not', null), {
          entryId: ofReport('entryId'),
          type: 'request.finished',
          at: ofReport('finishedAt'),
          actor: { kind: 'agent', id: ofReport('agentId'), keyId: ofReport('keyId') },
          ...aboutRequest(ofReport),
          data: {
            ...endOf(ofReport),
            attempt: ofReport<number | null>('outcomeAttempt'),
            ackedAt: ofReport<string | null>('ackedAt'),
            digest: ofReport<string | null>('digest'),
          },
        }),
      )
      .selectFrom('changed as c')
      .select([...propertiesOf(TOLD_COLUMNS, 'c'), ...propertiesOf(OTHER_COLUMNS, 'c'), 'c.ord']),
);

const PROGRESS = columnsOfTable(RequestEntity, { only: ['id', 'agentId', 'attempts', 'progress'] });

/** In place: no index has the column, and whoever waits for a change of the request waits for none of this. */
export const STORE_PROGRESS = statementByKey('store-progress', { rows: rowsOf(PROGRESS) }, ({ rows }) =>
  db
    .updateTable('requests as r')
    .from(rows.as('i'))
    .set((set) => ({ progress: set.ref('i.progress') }))
    .whereRef('r.id', '=', 'i.id')
    .whereRef('r.agent_id', '=', 'i.agent_id')
    .whereRef('r.attempts', '=', 'i.attempts')
    .where('r.status', 'in', ['DISPATCHED', 'ACKED'])
    .returning('r.id'),
);

const CANCELLED = columnsOfTable(RequestEntity, { only: ['id', 'errorCode', 'errorMessage'] });

export const CANCEL = statementByKey(
  'cancel-requests',
  { changes: rowsOf(CANCELLED, { at: 'timestamptz', senderId: 'uuid?', ...ACTOR_COLUMNS }) },
  ({ changes }) =>
    db
      .with('changed', (cte) =>
        cte
          .updateTable('requests as r')
          .from(changes.withOrdinality('i'))
          .set((set) => ({
            status: TRANSITIONS.cancel.to,
            error_code: set.ref('i.error_code'),
            error_message: set.ref('i.error_message'),
            ...finishedAt(at),
          }))
          .whereRef('r.id', '=', 'i.id')
          .where((where) =>
            where.or([where('i.senderId', 'is', null), where('r.sender_id', '=', where.ref('i.senderId'))]),
          )
          .where(startsFrom('cancel'))
          .where('r.expires_at', '>', at)
          .returning(REQUEST_COLUMNS.from('r'))
          .returning(ord)
          .returning(['i.actorKind', 'i.actorId', 'i.keyId']),
      )
      .with('noted', (cte) =>
        noteFrom(cte.selectFrom('changed as c'), {
          type: 'request.cancelled',
          at: sql.ref('c.updatedAt'),
          actor: { kind: sql.ref('c.actorKind'), id: sql.ref('c.actorId'), keyId: sql.ref('c.keyId') },
          ...aboutRequest(ofRows('c')),
          data: endOf(ofRows('c')),
        }),
      )
      .selectFrom('changed as c')
      .select([...propertiesOf(REQUEST_COLUMNS, 'c'), 'c.ord']),
);
