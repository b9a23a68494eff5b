import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { HeldRequest, RequestFilter, RequestStore } from '../../application/ports/request-store.ts';
import type { Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { createBatcher } from '../batcher.ts';
import type { Database, Statement } from '../database.ts';
import { emptyPage, hasRealKeys, newestFirst } from '../keyset.ts';
import { isClaimableAt } from './request-conditions.ts';
import { REQUEST_COLUMNS, type RequestRow, toRequest } from './request-records.ts';

type RequestReads = Pick<
  RequestStore,
  'byId' | 'byIds' | 'list' | 'heldByNode' | 'claimable' | 'agentsWithClaimable' | 'countWaiting'
>;

/** One request as it is now, whoever asks. */
export type RequestReader = (id: string) => Promise<Request | null>;

const BY_IDS: Statement = {
  name: 'requests-by-ids',
  text: `select ${REQUEST_COLUMNS} from requests r where r.id = any ($1::uuid[])`,
};

const HELD_BY_NODE: Statement = {
  name: 'requests-held-by-node',
  text: `select r.id, r.agent_id as "agentId", r.status, r.channel_id as "channelId", r.attempts
         from channels c join requests r on r.channel_id = c.id
         where c.node_id = $1 and r.finished_at is null order by r.id`,
};

const CLAIMABLE: Statement = {
  name: 'claimable-requests',
  text: `select ${REQUEST_COLUMNS} from requests r
         where r.agent_id = $1 and ${isClaimableAt('$2::timestamptz')} order by r.id limit $3`,
};

const AGENTS_WITH_CLAIMABLE: Statement = {
  name: 'agents-with-claimable-requests',
  text: `select a.id from unnest($1::uuid[]) as a (id)
         where exists (select from requests r where r.agent_id = a.id and ${isClaimableAt('$2::timestamptz')})`,
};

const COUNT_WAITING: Statement = {
  name: 'count-waiting-requests',
  text: `select count(*)::int as waiting from (
           select from requests where agent_id = $1 and finished_at is null and status = 'PENDING' limit $2
         ) as w`,
};

/** Reads by id, of all that ask in one tick. */
export const createRequestReader = (database: Database): RequestReader => {
  const read = createBatcher<string, Request | null>({
    run: async (ids) => {
      const rows = await database.query<RequestRow>(BY_IDS, [ids]);
      const byId = new Map(rows.map((row) => [row.id, toRequest(row)]));
      return ids.map((id) => byId.get(id) ?? null);
    },
  });
  return async (id) => (isUuid(id) ? read(id.toLowerCase()) : null);
};

export const createRequestReads = (database: Database, read: RequestReader): RequestReads => ({
  byId: read,

  byIds: async (ids) => (await Promise.all(ids.map(read))).filter((request) => request !== null),

  list: (filter, page) => list(database, filter, page),

  heldByNode: (nodeId) => database.query<HeldRequest>(HELD_BY_NODE, [nodeId]),

  claimable: async (agentId, at, limit) =>
    isUuid(agentId)
      ? (await database.query<RequestRow>(CLAIMABLE, [agentId, at.toISOString(), limit])).map(toRequest)
      : [],

  agentsWithClaimable: async (agentIds, at) => {
    const rows = await database.query<{ readonly id: string }>(AGENTS_WITH_CLAIMABLE, [
      agentIds.filter(isUuid),
      at.toISOString(),
    ]);
    return rows.map(({ id }) => id);
  },

  countWaiting: async (agentId, max) => {
    if (!isUuid(agentId)) return 0;
    const [row] = await database.query<{ readonly waiting: number }>(COUNT_WAITING, [agentId, max]);
    return row?.waiting ?? 0;
  },
});

const list = async (database: Database, filter: RequestFilter, page: PageQuery): Promise<Page<Request>> => {
  const { senderId, agentId, handle, statuses, action, submittedFrom, submittedBefore } = filter;
  if ([senderId, agentId].some((id) => id !== undefined && !isUuid(id))) return emptyPage(async () => 0);
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const filters = [
    ...(senderId === undefined ? [] : [`r.sender_id = ${bind(senderId)}::uuid`]),
    ...(agentId === undefined ? [] : [`r.agent_id = ${bind(agentId)}::uuid`]),
    ...(handle === undefined ? [] : [`r.handle = ${bind(handle)}::text`]),
    ...(action === undefined ? [] : [`r.action = ${bind(action)}::text`]),
    ...(submittedFrom === undefined ? [] : [`r.created_at >= ${bind(submittedFrom)}::timestamptz`]),
    ...(submittedBefore === undefined ? [] : [`r.created_at < ${bind(submittedBefore)}::timestamptz`]),
    ...(statuses === undefined ? [] : [`r.status = any (${bind(statuses)}::text[])`]),
  ];
  const filterValues = [...values];
  const totalCount = async () => {
    const text = `select count(*)::int as total from requests r ${where(filters)}`;
    const [row] = await database.query<{ readonly total: number }>(
      { name: 'count-requests', text, dynamic: true },
      filterValues,
    );
    return row?.total ?? 0;
  };
  if (!hasRealKeys(page, isUuid)) return emptyPage(totalCount);
  const bounds = [
    ...(page.after === undefined ? [] : [`r.id < ${bind(page.after)}::uuid`]),
    ...(page.before === undefined ? [] : [`r.id > ${bind(page.before)}::uuid`]),
  ];
  const text = `select ${REQUEST_COLUMNS} from requests r ${where([...filters, ...bounds])}
    order by r.id ${page.fromEnd ? 'asc' : 'desc'} limit ${bind(page.limit)}::int`;
  const rows = await database.query<RequestRow>({ name: 'list-requests', text, dynamic: true }, values);
  return { rows: newestFirst(rows.map(toRequest), page), totalCount };
};

const where = (conditions: readonly string[]): string =>
  conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
