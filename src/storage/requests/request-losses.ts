import { type Expression, sql } from 'kysely';
import type { RequestStore } from '../../application/ports/request-store.ts';
import { LOSS_CAUSES, type LossCause, SUSPECT_LOSSES, TRANSITIONS } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf, greatest } from '../expressions.ts';
import { rows } from '../parameters.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { CHANGED_AT_ONCE, changeAll, endAll, pick } from './change-all.ts';
import {
  finishedAt,
  isClaimableAt,
  isGivenUp,
  isOpen,
  ofRequest,
  startsFrom,
  touchedAt,
} from './request-conditions.ts';
import { BY_PLATFORM } from './request-notes.ts';
import { REQUEST_COLUMNS, toRequest } from './request-records.ts';

type RequestLosses = Pick<RequestStore, 'releaseChannels' | 'releaseUnacked' | 'failUndeliverable' | 'forgetLosses'>;

/** What it holds goes back; a delivery that was not acked yet does not count. */
const heldByNobody = (at: Expression<Date>) =>
  ({
    status: TRANSITIONS.release.to,
    channel_id: null,
    node_id: null,
    lease_expires_at: null,
    unacked_deliveries: ofRequest
      .case()
      .when('r.status', '=', 'DISPATCHED')
      // A node of the version before may have delivered it, uncounted.
      .then(greatest<number>(ofRequest('r.unacked_deliveries', '-', 1), sql.lit(0)))
      .else(ofRequest.ref('r.unacked_deliveries'))
      .end(),
    ...touchedAt(at),
  }) as const;

/** Another request of its agent was finished by the agent since its last loss: it was not the cause of that one. */
const isCleared = ofRequest.exists(
  ofRequest
    .selectFrom('requests as done')
    .whereRef('done.agent_id', '=', 'r.agent_id')
    .where('done.outcome_attempt', 'is not', null)
    .whereRef('done.finished_at', '>', 'r.lost_at')
    .whereRef('done.id', '<>', 'r.id'),
);

/** Losses that count when its channel ends. */
const lossesBefore = ofRequest.case().when(isCleared).then(0).else(ofRequest.ref('r.losses')).end();

/** Something else of its agent was out while it was, on whichever channel: that may have been the cause. */
const wasBesideOthers = ofRequest.exists(
  ofRequest
    .selectFrom('requests as beside')
    .whereRef('beside.agent_id', '=', 'r.agent_id')
    .where('beside.finished_at', 'is', null)
    .whereRef('beside.id', '<>', 'r.id')
    .where((of) =>
      of.or([of('beside.status', 'in', TRANSITIONS.release.from), of('beside.lost_at', '>=', of.ref('r.updated_at'))]),
    ),
);

const RELEASE_CHANNELS = statement(
  'release-channels',
  { channels: rows({ channelId: 'uuid', cause: 'text?' }), at: 'timestamptz' },
  ({ channels, at }) =>
    db
      .with(
        (cte) => cte('picked').materialized(),
        (cte) =>
          cte
            .selectFrom('requests as r')
            .innerJoin(channels.as('e'), 'e.channelId', 'r.channel_id')
            .select(['r.id', 'e.cause'])
            .where(isOpen)
            .where(startsFrom('release'))
            .orderBy('r.id')
            .limit(CHANGED_AT_ONCE)
            .forNoKeyUpdate('r'),
      )
      .with('changed', (cte) =>
        cte
          .updateTable('requests as r')
          .from('picked')
          .set((set) => {
            const isLoss = set('picked.cause', 'is not', null);
            const before = lossesBefore;
            const isCounted = set.or([set(before, '<', SUSPECT_LOSSES), set.not(wasBesideOthers)]);
            const losses = set
              .case()
              .when(isCounted)
              .then(set(before, '+', 1))
              .else(before)
              .end();
            return {
              ...heldByNobody(at),
              losses: set.case().when(isLoss).then(losses).else(set.ref('r.losses')).end(),
              lost_at: set.case().when(isLoss).then(at).else(set.ref('r.lost_at')).end(),
              loss_cause: sql<LossCause | null>`coalesce(${set.ref('picked.cause')}, ${set.ref('r.loss_cause')})`,
            };
          })
          .whereRef('r.id', '=', 'picked.id')
          .returning(REQUEST_COLUMNS.from('r')),
      )
      .selectFrom('changed')
      .selectAll()
      .orderBy('id'),
);

const RELEASE_UNACKED = statement(
  'release-unacked',
  { channelIds: 'uuid[]', at: 'timestamptz' },
  ({ channelIds, at }) =>
    changeAll(
      pick
        .where('r.channel_id', '=', anyOf(channelIds))
        .where(isOpen)
        .where('r.status', '=', 'DISPATCHED')
        .orderBy('r.id')
        .limit(CHANGED_AT_ONCE)
        .forNoKeyUpdate(),
      heldByNobody(at),
    ),
);

/** Of what it is given up for, the first that applies. */
const byWhatItIsGivenUpFor = <Value>(of: { readonly [Why in LossCause | 'unacked']: Expression<Value> }) =>
  sql<Value>`case
    when ${ofRequest('r.status', '=', 'DISPATCHED')} then ${of.unacked}
    ${sql.join(
      LOSS_CAUSES.map((cause) => sql`when ${ofRequest('r.loss_cause', '=', cause)} then ${of[cause]}`),
      sql` `,
    )} end`;

const FAIL_UNDELIVERABLE = statement(
  'fail-undeliverable-requests',
  {
    unacked: 'int',
    losses: 'int',
    limit: 'int',
    at: 'timestamptz',
    unackedCode: 'text',
    unackedMessage: 'text',
    disconnectedCode: 'text',
    disconnectedMessage: 'text',
    oversizeCode: 'text',
    oversizeMessage: 'text',
  },
  ({ unacked, losses, limit, at, ...errors }) =>
    endAll(
      pick
        // Neither happens without as many deliveries, which an index finds.
        .where('r.attempts', '>=', sql<number>`least(${unacked}, ${losses})`)
        .where(isClaimableAt(at))
        .where(isGivenUp({ unacked, losses }))
        .orderBy('r.id')
        .limit(limit)
        .forNoKeyUpdate('r')
        .skipLocked(),
      {
        status: TRANSITIONS.fail.to,
        error_code: byWhatItIsGivenUpFor({
          unacked: errors.unackedCode,
          disconnected: errors.disconnectedCode,
          oversize: errors.oversizeCode,
        }),
        error_message: byWhatItIsGivenUpFor({
          unacked: errors.unackedMessage,
          disconnected: errors.disconnectedMessage,
          oversize: errors.oversizeMessage,
        }),
        ...finishedAt(at),
      },
      { type: 'request.finished', actor: BY_PLATFORM },
    ),
);

/** Nobody is shown the count, so this is no change of the request. */
const FORGET_LOSSES = statement('forget-losses', { agentIds: 'uuid[]' }, ({ agentIds }) =>
  db
    .with('picked', (cte) =>
      cte
        .selectFrom('requests as r')
        .select('r.id')
        .where('r.agent_id', '=', anyOf(agentIds))
        .where(isOpen)
        .where('r.losses', '>', 0)
        .orderBy('r.id')
        .forNoKeyUpdate(),
    )
    .updateTable('requests as r')
    .from('picked')
    .set({ losses: 0 })
    .whereRef('r.id', '=', 'picked.id'),
);

/** Requests that lost their channel: released, counted, and given up (docs/decisions/0024). */
export const createRequestLosses = (database: Database): RequestLosses => ({
  releaseChannels: async (channels, at) => {
    const known = channels.filter(({ channelId }) => isUuid(channelId));
    return (await database.run(RELEASE_CHANNELS, { channels: known, at })).map(toRequest);
  },

  releaseUnacked: async (channelIds, at) =>
    (await database.run(RELEASE_UNACKED, { channelIds: channelIds.filter(isUuid), at })).map(toRequest),

  failUndeliverable: async ({ unacked, losses }, errors, at, limit) => {
    const failed = await database.run(FAIL_UNDELIVERABLE, {
      unacked,
      losses,
      limit,
      at,
      unackedCode: errors.unacked.code,
      unackedMessage: errors.unacked.message,
      disconnectedCode: errors.disconnected.code,
      disconnectedMessage: errors.disconnected.message,
      oversizeCode: errors.oversize.code,
      oversizeMessage: errors.oversize.message,
    });
    return failed.map(toRequest);
  },

  forgetLosses: async (agentIds) => {
    await database.run(FORGET_LOSSES, { agentIds: agentIds.filter(isUuid) });
  },
});
