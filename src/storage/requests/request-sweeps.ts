import type { Expression, UpdateObject } from 'kysely';
import type { RequestStore } from '../../application/ports/request-store.ts';
import { TRANSITIONS } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf } from '../expressions.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import {
  finishedAt,
  isClaimableAt,
  isOpen,
  isOpenAt,
  type Requests,
  startsFrom,
  touchedAt,
} from './request-conditions.ts';
import { REQUEST_COLUMNS, toRequest } from './request-records.ts';

type RequestSweeps = Pick<
  RequestStore,
  | 'cancelAllOfAgent'
  | 'cancelWithoutAgent'
  | 'releaseChannels'
  | 'releaseUnacked'
  | 'failUndeliverable'
  | 'expire'
  | 'forgetFinished'
>;

/** Changes every row that is picked, oldest first; the picked rows are locked first, in one order by everybody. */
const changeAll = (picked: Expression<{ id: string }>, changes: UpdateObject<Requests, 'r', 'r'>) =>
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

const pick = db.selectFrom('requests as r').select('r.id');

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

/** An agent may have any number of open requests, each with its payload; so many are changed and answered at once. */
export const CHANGED_AT_ONCE = 100;

const CANCEL_ALL_OF_AGENT = statement(
  'cancel-requests-of-agent',
  { agentId: 'uuid', ...FAILURE },
  ({ agentId, ...failure }) =>
    changeAll(
      pick
        .where('r.agent_id', '=', agentId)
        .where(startsFrom('cancel'))
        .where(isOpenAt(failure.at))
        .orderBy('r.id')
        .limit(CHANGED_AT_ONCE)
        .forNoKeyUpdate(),
      { status: TRANSITIONS.cancel.to, ...failed(failure) },
    ),
);

/** Its agent's row is gone for good: ids are never used again. */
const CANCEL_WITHOUT_AGENT = statement(
  'cancel-requests-without-agent',
  { limit: 'int', ...FAILURE },
  ({ limit, ...failure }) =>
    changeAll(
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
    ),
);

const released = (channelIds: Expression<readonly string[]>) =>
  pick
    .where('r.channel_id', '=', anyOf(channelIds))
    .where(isOpen)
    .where(startsFrom('release'))
    .orderBy('r.id')
    .limit(CHANGED_AT_ONCE)
    .forNoKeyUpdate();

const heldByNobody = (at: Expression<Date>) =>
  ({
    status: TRANSITIONS.release.to,
    channel_id: null,
    node_id: null,
    lease_expires_at: null,
    ...touchedAt(at),
  }) as const;

const RELEASED = { channelIds: 'uuid[]', at: 'timestamptz' } as const;

const RELEASE_CHANNELS = statement('release-channels', RELEASED, ({ channelIds, at }) =>
  changeAll(released(channelIds), heldByNobody(at)),
);

const RELEASE_UNACKED = statement('release-unacked', RELEASED, ({ channelIds, at }) =>
  changeAll(released(channelIds).where('r.status', '=', 'DISPATCHED'), heldByNobody(at)),
);

const FAIL_UNDELIVERABLE = statement(
  'fail-undeliverable-requests',
  { maxAttempts: 'int', limit: 'int', ...FAILURE },
  ({ maxAttempts, limit, ...failure }) =>
    changeAll(
      pick
        .where('r.attempts', '>=', maxAttempts)
        .where(isClaimableAt(failure.at))
        .orderBy('r.id')
        .limit(limit)
        .forNoKeyUpdate('r')
        .skipLocked(),
      { status: TRANSITIONS.fail.to, ...failed(failure) },
    ),
);

const EXPIRE = statement('expire-requests', { limit: 'int', ...FAILURE }, ({ limit, ...failure }) =>
  changeAll(
    pick
      .where(isOpen)
      .where(startsFrom('expire'))
      .where('r.expires_at', '<=', failure.at)
      .orderBy('r.expires_at')
      .limit(limit)
      .forNoKeyUpdate()
      .skipLocked(),
    { status: TRANSITIONS.expire.to, ...failed(failure) },
  ),
);

/** Nothing is finished before it was created, so the index over that finds the few blocks to read. */
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
      .deleteFrom('requests as r')
      .using('old')
      .whereRef('r.id', '=', 'old.id')
      .returning('r.id'),
);

/** Changes of many requests at once. Nodes sweep side by side: what one is changing the others pass over. */
export const createRequestSweeps = (database: Database): RequestSweeps => ({
  cancelAllOfAgent: async (agentId, error, at) =>
    isUuid(agentId) ? (await database.run(CANCEL_ALL_OF_AGENT, { agentId, at, ...error })).map(toRequest) : [],

  cancelWithoutAgent: async (error, at, limit) =>
    (await database.run(CANCEL_WITHOUT_AGENT, { limit, at, ...error })).map(toRequest),

  releaseChannels: async (channelIds, at) =>
    (await database.run(RELEASE_CHANNELS, { channelIds: channelIds.filter(isUuid), at })).map(toRequest),

  releaseUnacked: async (channelIds, at) =>
    (await database.run(RELEASE_UNACKED, { channelIds: channelIds.filter(isUuid), at })).map(toRequest),

  failUndeliverable: async (maxAttempts, error, at, limit) =>
    (await database.run(FAIL_UNDELIVERABLE, { maxAttempts, limit, at, ...error })).map(toRequest),

  expire: async (error, at, limit) => (await database.run(EXPIRE, { limit, at, ...error })).map(toRequest),

  forgetFinished: async (before, limit) => (await database.run(FORGET_FINISHED, { before, limit })).length,
});
