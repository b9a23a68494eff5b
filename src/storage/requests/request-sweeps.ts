import type { RequestStore } from '../../application/ports/request-store.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database, Statement } from '../database.ts';
import { endsIn, finishedAt, isClaimableAt, isOpenAt, startsFrom, touchedAt } from './request-conditions.ts';
import { REQUEST_COLUMNS, type RequestRow, toRequest } from './request-records.ts';

type RequestSweeps = Pick<
  RequestStore,
  'cancelAllOfAgent' | 'releaseChannel' | 'releaseUnacked' | 'failUndeliverable' | 'expire' | 'forgetFinished'
>;

/** Changes every row that is picked, oldest first; the picked rows are locked first, in one order by everybody. */
const sweep = (name: string, pick: string, set: string): Statement => ({
  name,
  text: `with picked as materialized (select r.id from requests r where ${pick}),
         changed as (
           update requests r set ${set} from picked where r.id = picked.id returning ${REQUEST_COLUMNS}
         )
         select * from changed order by id`,
});

const fail = (error: { readonly code: string; readonly message: string }, at: string): string =>
  `error_code = ${error.code}, error_message = ${error.message}, ${finishedAt(at)}`;

/** An agent may have any number of open requests, each with its payload; so many are changed and answered at once. */
export const CHANGED_AT_ONCE = 100;

const CANCEL_ALL_OF_AGENT = sweep(
  'cancel-requests-of-agent',
  `r.agent_id = $1 and ${startsFrom('cancel')} and ${isOpenAt('$2::timestamptz')} order by r.id
   limit ${CHANGED_AT_ONCE} for no key update`,
  `status = ${endsIn('cancel')}, ${fail({ code: '$3', message: '$4' }, '$2::timestamptz')}`,
);

const release = (name: string, which: string): Statement =>
  sweep(
    name,
    `r.channel_id = $1 and r.finished_at is null and ${startsFrom('release')} ${which} order by r.id
     limit ${CHANGED_AT_ONCE} for no key update`,
    `status = ${endsIn('release')}, channel_id = null, node_id = null, lease_expires_at = null, ${touchedAt('$2::timestamptz')}`,
  );

const RELEASE_CHANNEL = release('release-channel', '');
const RELEASE_UNACKED = release('release-unacked', "and r.status = 'DISPATCHED'");

const FAIL_UNDELIVERABLE = sweep(
  'fail-undeliverable-requests',
  `r.attempts >= $1 and ${isClaimableAt('$2::timestamptz')} order by r.id limit $5 for no key update of r skip locked`,
  `status = ${endsIn('fail')}, ${fail({ code: '$3', message: '$4' }, '$2::timestamptz')}`,
);

const EXPIRE = sweep(
  'expire-requests',
  `r.finished_at is null and ${startsFrom('expire')} and r.expires_at <= $1::timestamptz
   order by r.expires_at limit $4 for no key update skip locked`,
  `status = ${endsIn('expire')}, ${fail({ code: '$2', message: '$3' }, '$1::timestamptz')}`,
);

/** Nothing is finished before it was created, so the index over that finds the few blocks to look at. */
const FORGET_FINISHED: Statement = {
  name: 'forget-finished-requests',
  text: `with old as (
           select id from requests
           where created_at < $1::timestamptz and finished_at < $1::timestamptz
           limit $2 for update skip locked
         )
         delete from requests r using old where r.id = old.id returning r.id`,
};

/** Changes of many requests at once. Nodes sweep side by side: what one is changing the others pass over. */
export const createRequestSweeps = (database: Database): RequestSweeps => {
  const run = async (statement: Statement, values: readonly unknown[]) =>
    (await database.query<RequestRow>(statement, values)).map(toRequest);

  return {
    cancelAllOfAgent: async (agentId, { code, message }, at) =>
      isUuid(agentId) ? run(CANCEL_ALL_OF_AGENT, [agentId, at.toISOString(), code, message]) : [],

    releaseChannel: async (channelId, at) =>
      isUuid(channelId) ? run(RELEASE_CHANNEL, [channelId, at.toISOString()]) : [],

    releaseUnacked: async (channelId, at) =>
      isUuid(channelId) ? run(RELEASE_UNACKED, [channelId, at.toISOString()]) : [],

    failUndeliverable: (maxAttempts, { code, message }, at, limit) =>
      run(FAIL_UNDELIVERABLE, [maxAttempts, at.toISOString(), code, message, limit]),

    expire: ({ code, message }, at, limit) => run(EXPIRE, [at.toISOString(), code, message, limit]),

    forgetFinished: async (before, limit) =>
      (await database.query(FORGET_FINISHED, [before.toISOString(), limit])).length,
  };
};
