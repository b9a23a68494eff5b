import { sql } from 'kysely';
import type { ApprovalFilter, ApprovalStore } from '../../application/ports/approval-store.ts';
import type { Page, PageQuery } from '../../application/ports/page.ts';
import type { Approval } from '../../domain/approval.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { Database } from '../database.ts';
import { anyOf, rowCount } from '../expressions.ts';
import {
  COUNTED_MAX,
  emptyPage,
  hasRealKeys,
  newestFirst,
  once,
  onPage,
  PAYLOADS_OF_PAGE_MAX_BYTES,
  payloadBytes,
} from '../keyset.ts';
import { createReader } from '../reader.ts';
import { REQUEST_COLUMNS, toRequest } from '../requests/request-records.ts';
import { statement } from '../statement.ts';
import { db } from '../tables.ts';
import { APPROVAL_COLUMNS, toApproval } from './approval-records.ts';
import { createHold } from './hold-request.ts';
import { HELD_TOTAL } from './hold-statements.ts';
import { createSendersOf } from './sender-profiles.ts';

const approvals = db.selectFrom('approvals as a');

const BY_IDS = statement('approvals-by-ids', { ids: 'uuid[]' }, ({ ids }) =>
  approvals.select(APPROVAL_COLUMNS.from('a')).where('a.id', '=', anyOf(ids)),
);

const REQUESTS_OF = statement('requests-of-approvals', { ids: 'uuid[]' }, ({ ids }) =>
  approvals
    .innerJoin('requests as r', 'r.id', 'a.request_id')
    .select(REQUEST_COLUMNS.from('r'))
    .where('a.id', '=', anyOf(ids)),
);

/** A request is held once; were it held again, the last time would count. */
const OF_REQUESTS = statement('approvals-of-requests', { requestIds: 'uuid[]' }, ({ requestIds }) =>
  approvals
    .select(APPROVAL_COLUMNS.from('a'))
    .where('a.request_id', '=', anyOf(requestIds))
    .orderBy('a.request_id')
    .orderBy('a.id'),
);

export const createApprovalStore = (database: Database): ApprovalStore => {
  const byIds = createReader<Approval>(
    async (ids) => (await database.run(BY_IDS, { ids: ids.filter(isUuid) })).map(toApproval),
    ({ id }) => id,
  );
  return {
    hold: createHold(database),

    heldTotal: async (max) => (await database.run(HELD_TOTAL, { max }))[0] ?? { requests: 0, bytes: 0 },

    byId: async (id) => {
      const [approval = null] = await byIds([id]);
      if (approval === null) return null;
      const [request] = await database.run(REQUESTS_OF, { ids: [approval.id] });
      return request === undefined ? null : { approval, request: toRequest(request) };
    },

    ofRequests: createReader<Approval>(
      async (requestIds) =>
        (await database.run(OF_REQUESTS, { requestIds: requestIds.filter(isUuid) })).map(toApproval),
      ({ requestId }) => requestId,
    ),

    sendersOf: createSendersOf(database),

    list: (filter, page) => list(database, filter, page),
  };
};

const matching = ({ agentIds, actions, statuses }: ApprovalFilter) => {
  let found = approvals;
  if (agentIds !== null) found = found.where('a.agent_id', 'in', agentIds);
  if (statuses !== null) found = found.where('a.status', 'in', statuses);
  // What an index holds.
  if (statuses?.every((status) => status === 'PENDING')) found = found.where('a.resolved_at', 'is', null);
  // Found by the index over how they ended.
  if (statuses !== null && !statuses.includes('PENDING')) found = found.where('a.resolved_at', 'is not', null);
  if (actions === null) return found;
  // One request for each approval that is looked at: as a condition on both tables, all requests of these actions are looked for.
  return found.where(
    ({ selectFrom }) => selectFrom('requests as r').select('r.action').whereRef('r.id', '=', 'a.request_id'),
    'in',
    actions,
  );
};

/** Of the request, which whoever looks at its approval may look at, too. */
const bytes = sql<number>`coalesce((
  select ${payloadBytes} from requests r where r.id = ${sql.ref('a.request_id')}
), 0)`.as('bytes');

const list = async (database: Database, filter: ApprovalFilter, page: PageQuery): Promise<Page<Approval>> => {
  const { agentIds, actions, statuses } = filter;
  if ([agentIds, actions, statuses].some((each) => each?.length === 0)) return emptyPage(async () => 0);
  if (agentIds?.some((id) => !isUuid(id))) return emptyPage(async () => 0);
  const found = matching(filter);
  const count = once(async () => {
    const counted = db
      .selectFrom(
        found
          .select('a.id')
          .limit(COUNTED_MAX + 1)
          .as('o'),
      )
      .select(rowCount.as('total'));
    return (await database.runOnce('count-approvals', counted))[0]?.total ?? 0;
  });
  const counts = {
    totalCount: async () => Math.min(await count(), COUNTED_MAX),
    isTotalCountExact: async () => (await count()) <= COUNTED_MAX,
  };
  if (!hasRealKeys(page, isUuid)) return { rows: [], ...counts };
  const sized = found.select(APPROVAL_COLUMNS.from('a')).select(bytes);
  const all = await database.runOnce('list-approvals', onPage(sized, 'a.id', page));
  let left = PAYLOADS_OF_PAGE_MAX_BYTES;
  const rows = all.filter(({ bytes }) => {
    const isWithin = left > 0;
    left -= bytes;
    return isWithin;
  });
  const isCut = rows.length < all.length;
  return {
    rows: newestFirst(
      rows.map(({ bytes: _, ...row }) => toApproval(row)),
      page,
    ),
    isCut,
    ...counts,
  };
};
