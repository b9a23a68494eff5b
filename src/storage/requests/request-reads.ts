import { type Expression, sql } from 'kysely';
import type { RequestStore } from '../../application/ports/request-store.ts';
import { isFinal, isHiddenFromAgent, type Request, SUSPECT_LOSSES } from '../../domain/request.ts';
import { ACTIVITY_MAX, type SenderActivity } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount } from '../expressions.ts';
import { rows } from '../parameters.ts';
import { createReader } from '../reader.ts';
import { statement, statementByKey } from '../statement.ts';
import { columnsOfTable, db } from '../tables.ts';
import { CLAIMABLE, FIRST_SENDER } from './claimable-requests.ts';
import type { KnownRequests } from './known-requests.ts';
import { isClaimableAt, isOpen, isOpenAt } from './request-conditions.ts';
import { RequestEntity } from './request-entity.ts';
import { firstIdAt } from './request-ids.ts';
import { REQUEST_COLUMNS, toRequest } from './request-records.ts';

type RequestReads = Pick<
  RequestStore,
  | 'byId'
  | 'byIds'
  | 'someByIds'
  | 'letIn'
  | 'heldByNode'
  | 'claimable'
  | 'agentsWithClaimable'
  | 'agentsAwaitedBy'
  | 'agentsWithWaiting'
  | 'agentsWithNewlyWaiting'
  | 'claimableOfNode'
  | 'openTotals'
  | 'waitingBySender'
  | 'countOfSender'
  | 'countOfAgent'
>;

/** Requests as they are now, whoever asks; null where there is none. What is no UUID is passed over. */
export type RequestReader = (ids: readonly string[]) => Promise<readonly (Request | null)[]>;

const requests = db.selectFrom('requests as r');

const MINUTE_MS = 60_000;
const NO_ACTIVITY: SenderActivity = { lastMinute: 0, lastHour: 0, lastDay: 0, open: 0 };

const BY_IDS = statementByKey('requests-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  requests.select(REQUEST_COLUMNS.from('r')).where('r.id', '=', anyOf(ids)),
);

/** Results that one statement reads of many requests, but for the last one. */
const RESULTS_MAX_BYTES = 4 * 1024 * 1024;
/** So few are read whatever results they have. */
const FEW = 4;

const SOME_BY_IDS = statementByKey('some-requests-by-ids', { ids: 'uuid[]' }, ({ ids }) => {
  const bytes = sql`coalesce(octet_length(${sql.ref('r.result')}::text), 0)`;
  return db
    .selectFrom(
      requests
        .select(REQUEST_COLUMNS.from('r'))
        .select([
          sql<number>`sum(${bytes}) over (order by r.id rows unbounded preceding) - ${bytes}`.as('before'),
          sql<boolean>`lead(r.id) over (order by r.id) is null`.as('isLast'),
        ])
        .where('r.id', '=', anyOf(ids))
        .as('s'),
    )
    .selectAll('s')
    .where('s.before', '<', RESULTS_MAX_BYTES)
    .orderBy('s.id');
});

const HELD = columnsOfTable(RequestEntity, { only: ['id', 'agentId', 'senderId', 'status', 'channelId', 'attempts'] });

const HELD_BY_NODE = statement('requests-held-by-node', { nodeId: 'text' }, ({ nodeId }) =>
  db
    .selectFrom('channels as c')
    .innerJoin('requests as r', 'r.channel_id', 'c.id')
    .select(HELD.from('r'))
    .where('c.node_id', '=', nodeId)
    .where(isOpen)
    .orderBy('r.id'),
);

const AGENTS_WITH_CLAIMABLE = statement(
  'agents-with-claimable-requests',
  { agents: rows({ id: 'uuid' }), at: 'timestamptz' },
  ({ agents, at }) =>
    db
      .selectFrom(agents.as('a'))
      .select('a.id')
      .where(({ exists, selectFrom }) =>
        exists(selectFrom('requests as r').whereRef('r.agent_id', '=', 'a.id').where(isClaimableAt(at))),
      ),
);

/** What waits is in one small index, whoever it is from. */
const AGENTS_AWAITED_BY = statement(
  'agents-awaited-by-sender',
  { senderId: 'uuid', limit: 'int' },
  ({ senderId, limit }) =>
    requests
      .select('r.agent_id as agentId')
      .distinct()
      .where('r.sender_id', '=', senderId)
      .where(isOpen)
      .where('r.channel_id', 'is', null)
      .where('r.status', '=', 'PENDING')
      .limit(limit),
);

/** What nobody holds has no channel, and an index of its own. */
const AGENTS_WITH_WAITING = statement(
  'agents-with-waiting-requests',
  { nodeId: 'text', at: 'timestamptz' },
  ({ nodeId, at }) =>
    db
      .selectFrom('channels as c')
      .innerJoin('requests as r', 'r.agent_id', 'c.agent_id')
      .select('c.agent_id as agentId')
      .distinct()
      .where('c.node_id', '=', nodeId)
      .where(isOpen)
      .where('r.channel_id', 'is', null)
      .where(isClaimableAt(at)),
);

/** Ids tell when a request was submitted, so this reads a few rows, or none where nothing was. */
const AGENTS_WITH_NEWLY_WAITING = statement(
  'agents-with-newly-waiting-requests',
  { nodeId: 'text', firstId: 'uuid', at: 'timestamptz' },
  ({ nodeId, firstId, at }) =>
    requests
      .select('r.agent_id as agentId')
      .distinct()
      .where('r.id', '>=', firstId)
      .where(isOpenAt(at))
      .where('r.channel_id', 'is', null)
      .where('r.status', '=', 'PENDING')
      .where(({ exists, selectFrom }) =>
        exists(
          selectFrom('channels as c')
            .select('c.id')
            .whereRef('c.agent_id', '=', 'r.agent_id')
            .where('c.node_id', '=', nodeId),
        ),
      ),
);

const CLAIMABLE_OF_NODE = statement(
  'claimable-requests-of-node',
  { nodeId: 'text', at: 'timestamptz' },
  ({ nodeId, at }) =>
    db
      .selectFrom(db.selectFrom('channels').select('agent_id').distinct().where('node_id', '=', nodeId).as('c'))
      .innerJoin('requests as r', 'r.agent_id', 'c.agent_id')
      .select([
        'c.agent_id as agentId',
        sql<boolean>`bool_or(${isClaimableAt(at)})`.as('hasClaimable'),
        sql<Date | null>`min(r.lease_expires_at) filter (where r.status = 'DISPATCHED' and r.lease_expires_at > ${at})`.as(
          'nextLapseAt',
        ),
      ])
      .where(isOpen)
      .groupBy('c.agent_id'),
);

/** Params of requests that a release stored which did not say how long they are. */
const UNKNOWN_BYTES = 2_048;

const bytesOf = (alias: string) =>
  sql<number>`coalesce(sum(coalesce(${sql.ref(`${alias}.bytes`)}, ${sql.lit(UNKNOWN_BYTES)})), 0)::float8`;

/** In one look: what is open in all, and that of each sender and of each agent that has much. */
const OPEN_TOTALS = statement(
  'open-totals',
  { max: 'int', senderRequests: 'int', senderBytes: 'bigint', agentRequests: 'int', agentBytes: 'bigint' },
  ({ max, senderRequests, senderBytes, agentRequests, agentBytes }) => {
    const bytes = bytesOf('o');
    const much = (ofRequests: Expression<number>, ofBytes: Expression<number>) =>
      sql`(${rowCount} >= ${ofRequests} or ${bytes} >= ${ofBytes})`;
    return db
      .selectFrom(requests.select(['r.sender_id', 'r.agent_id', 'r.bytes']).where(isOpen).limit(max).as('o'))
      .select([
        sql<string | null>`o.sender_id`.as('senderId'),
        sql<string | null>`o.agent_id`.as('agentId'),
        rowCount.as('requests'),
        bytes.as('bytes'),
      ])
      .groupBy(sql`grouping sets ((), (o.sender_id), (o.agent_id))`)
      .having(
        sql<boolean>`case grouping(o.sender_id, o.agent_id) when 3 then true
          when 1 then ${much(senderRequests, senderBytes)} else ${much(agentRequests, agentBytes)} end`,
      );
  },
);

/** What waits has no channel, so an index of its own. */
const WAITING_BY_SENDER = statement('waiting-by-sender', { agentId: 'uuid', max: 'int' }, ({ agentId, max }) =>
  db
    .selectFrom(
      requests
        .select(['r.sender_id', 'r.bytes'])
        .where('r.agent_id', '=', agentId)
        .where(isOpen)
        .where('r.channel_id', 'is', null)
        .where('r.status', '=', 'PENDING')
        .limit(max)
        .as('w'),
    )
    .select(['w.sender_id as senderId', rowCount.as('requests'), bytesOf('w').as('bytes')])
    .groupBy('w.sender_id'),
);

/** The newest of the sender's requests to the agent, and its open ones, each as far as they are counted. */
const COUNT_OF_SENDER = statement(
  'count-requests-of-sender',
  { senderId: 'uuid', agentId: 'uuid', at: 'timestamptz', windowMs: 'int', max: 'int' },
  ({ senderId, agentId, at, windowMs, max }) => {
    const ofBoth = requests.where('r.sender_id', '=', senderId).where('r.agent_id', '=', agentId);
    const within = (ms: Expression<number>) => sql<Date>`${at} - ${ms} * interval '1 ms'`;
    const since = (ms: number) => sql<number>`(count(*) filter (where n.created_at > ${within(sql.lit(ms))}))::int`;
    return db
      .selectFrom(
        ofBoth
          .select('r.created_at')
          .where('r.created_at', '>', within(windowMs))
          .orderBy('r.created_at', 'desc')
          .limit(max)
          .as('n'),
      )
      .select([
        since(MINUTE_MS).as('last_minute'),
        since(60 * MINUTE_MS).as('last_hour'),
        rowCount.as('in_window'),
        db.selectFrom(ofBoth.select('r.id').where(isOpen).limit(max).as('o')).select(rowCount.as('open')).as('open'),
      ]);
  },
);

/** Ids tell when a request was submitted. */
const COUNT_OF_AGENT = statement(
  'count-requests-of-agent',
  { agentId: 'uuid', firstId: 'uuid', max: 'int' },
  ({ agentId, firstId, max }) =>
    db
      .selectFrom(
        requests.select('r.id').where('r.agent_id', '=', agentId).where('r.id', '>=', firstId).limit(max).as('n'),
      )
      .select(rowCount.as('count')),
);

/** Reads by ids, of all that ask in one tick. */
export const createRequestReader = (database: Database, known: KnownRequests): RequestReader => {
  const read = createReader(
    async (ids) => {
      const found = (await database.run(BY_IDS, { ids })).map(toRequest);
      // A finished one may be about to be deleted by another node.
      for (const request of found) if (!isFinal(request.status)) known.keep(request);
      return found;
    },
    ({ id }) => id,
    database.metrics.batches.of('requests_by_id'),
  );
  return (ids) => read(ids.filter(isUuid).map((id) => id.toLowerCase()));
};

/** Whose turn it is stays; what was delivered before does not overtake what is older of the same sender. */
const oldestFirstOfEach = (claimable: readonly Request[]): readonly Request[] => {
  const suspects = claimable.filter(({ losses }) => losses >= SUSPECT_LOSSES);
  const others = claimable.slice(suspects.length);
  const bySender = Map.groupBy(others, ({ senderId }) => senderId);
  for (const ofOne of bySender.values()) ofOne.sort((a, b) => (a.id < b.id ? 1 : -1));
  return [...suspects, ...others.map((each) => bySender.get(each.senderId)?.pop() ?? each)];
};

export const createRequestReads = (database: Database, read: RequestReader, known: KnownRequests): RequestReads => ({
  byId: async (given, waitMs) => {
    const id = given.toLowerCase();
    const remembered = await known.find(id, waitMs);
    database.metrics.caches.of('requests')[remembered ? 'hits' : 'misses'].add();
    const found = remembered ?? (await read([id]))[0] ?? null;
    if (found === null || isFinal(found.status)) return found;
    // The change that a poll waits for mostly begins while it is read: the next poll would find no more.
    const changed = await known.find(id);
    return changed && changed.revision > found.revision ? changed : found;
  },

  byIds: async (ids) => (await read(ids)).filter((request) => request !== null),

  someByIds: async (asked) => {
    const ids = asked.filter(isUuid).map((id) => id.toLowerCase());
    if (ids.length <= FEW) return { requests: (await read(ids)).filter((request) => request !== null), left: [] };
    const rows = await database.run(SOME_BY_IDS, { ids });
    const requests = rows.map(toRequest);
    for (const request of requests) if (!isFinal(request.status)) known.keep(request);
    const last = rows.at(-1);
    return { requests, left: last && !last.isLast ? ids.filter((id) => id > last.id) : [] };
  },

  letIn: async (agentId, id) => {
    const seen = known.lastOpen(id.toLowerCase());
    // Until it is approved it may be bound to another contract.
    const request = seen && !isHiddenFromAgent(seen) ? seen : ((await read([id]))[0] ?? null);
    const isTheirs = request?.agentId === agentId && !isFinal(request.status) && !isHiddenFromAgent(request);
    return isTheirs ? request : null;
  },

  heldByNode: (nodeId) => database.run(HELD_BY_NODE, { nodeId }),

  claimable: async (agentId, limits, times, limit, after = FIRST_SENDER, passOver = []) => {
    if (!isUuid(agentId)) return [];
    const rows = await database.run(CLAIMABLE, { agentId, ...limits, ...times, limit, after, passOver });
    return oldestFirstOfEach(rows.map(toRequest));
  },

  agentsWithClaimable: async (agentIds, at) => {
    const agents = agentIds.filter(isUuid).map((id) => ({ id }));
    return (await database.run(AGENTS_WITH_CLAIMABLE, { agents, at })).map(({ id }) => id);
  },

  agentsAwaitedBy: async (senderId, limit) =>
    isUuid(senderId) ? (await database.run(AGENTS_AWAITED_BY, { senderId, limit })).map(({ agentId }) => agentId) : [],

  agentsWithWaiting: async (nodeId, at) =>
    (await database.run(AGENTS_WITH_WAITING, { nodeId, at })).map(({ agentId }) => agentId),

  agentsWithNewlyWaiting: async (nodeId, since, at) => {
    const rows = await database.run(AGENTS_WITH_NEWLY_WAITING, { nodeId, firstId: firstIdAt(since), at });
    return rows.map(({ agentId }) => agentId);
  },

  claimableOfNode: async (nodeId, at) => {
    const rows = await database.run(CLAIMABLE_OF_NODE, { nodeId, at });
    const lapses = rows.flatMap(({ nextLapseAt }) => (nextLapseAt ? [nextLapseAt.getTime()] : []));
    return {
      agentIds: rows.filter(({ hasClaimable }) => hasClaimable).map(({ agentId }) => agentId),
      nextLapseAt: lapses.length > 0 ? new Date(Math.min(...lapses)) : null,
    };
  },

  openTotals: async (max, { ofSender, ofAgent }) => {
    const rows = await database.run(OPEN_TOTALS, {
      max,
      senderRequests: ofSender.requests,
      senderBytes: ofSender.bytes,
      agentRequests: ofAgent.requests,
      agentBytes: ofAgent.bytes,
    });
    const all = rows.find(({ senderId, agentId }) => senderId === null && agentId === null);
    const { requests, bytes } = all ?? { requests: 0, bytes: 0 };
    const by = (id: 'senderId' | 'agentId') =>
      rows.flatMap((row) => (row[id] === null ? [] : [{ id: row[id], requests: row.requests, bytes: row.bytes }]));
    return { requests, bytes, senders: by('senderId'), agents: by('agentId') };
  },

  waitingBySender: async (agentId, max) => (isUuid(agentId) ? database.run(WAITING_BY_SENDER, { agentId, max }) : []),

  countOfSender: async (senderId, agentId, at, windowMs) => {
    if (!isUuid(senderId) || !isUuid(agentId)) return NO_ACTIVITY;
    // One more than is counted says that there are too many.
    const [row] = await database.run(COUNT_OF_SENDER, { senderId, agentId, at, windowMs, max: ACTIVITY_MAX + 1 });
    if (row === undefined) return NO_ACTIVITY;
    const counted = (count: number | null, ms: number) =>
      count === null || count > ACTIVITY_MAX || ms > windowMs ? null : count;
    return {
      lastMinute: counted(row.last_minute, MINUTE_MS),
      lastHour: counted(row.last_hour, 60 * MINUTE_MS),
      lastDay: counted(row.in_window, 24 * 60 * MINUTE_MS),
      open: counted(row.open, 0),
    };
  },

  countOfAgent: async (agentId, since) => {
    if (!isUuid(agentId)) return 0;
    const values = { agentId, firstId: firstIdAt(since), max: ACTIVITY_MAX + 1 };
    const count = (await database.run(COUNT_OF_AGENT, values))[0]?.count ?? 0;
    return count > ACTIVITY_MAX ? null : count;
  },
});
