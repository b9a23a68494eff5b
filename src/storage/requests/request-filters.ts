import { type Expression, type SqlBool, sql } from 'kysely';
import type { RequestFilter } from '../../application/ports/request-store.ts';
import { isFinal, type RequestStatus } from '../../domain/request.ts';
import { isOpen, ofRequest } from './request-conditions.ts';
import { CLOCKS_DIFFER_MS, firstIdAt } from './request-ids.ts';

export type Condition = Expression<SqlBool>;

/** What a filter asks of a request, by what it takes to tell. */
export type Conditions = {
  /** What an index alone tells, in the order of ids. */
  readonly found: readonly Condition[];
  /** Of which agents' each is; an index finds one agent's in that order. Null where that is no question. */
  readonly agentIds: readonly string[] | null;
  /** Holds for those that an index finds by a time that is told by their ids, though they are of another time. */
  readonly misplaced: readonly Condition[];
  /** What is seen by looking at each. */
  readonly further: readonly Condition[];
};

export function conditionsOf(filter: RequestFilter): Conditions {
  const { senderId, agentId, agentIds, handle, statuses, action, contextId, isShownToAgent } = filter;
  const bySender = senderId === undefined ? [] : [ofRequest('r.sender_id', '=', senderId)];
  const byAgent = agentId === undefined ? [] : [ofRequest('r.agent_id', '=', agentId)];
  const byContext = contextId === undefined ? [] : [ofRequest('r.context_id', '=', contextId)];
  const isUnfinished = statuses?.every((status) => !isFinal(status)) ?? false;
  const times = [
    ...(filter.submittedFrom === undefined ? [] : [submittedSince(filter.submittedFrom)]),
    ...(filter.submittedBefore === undefined ? [] : [submittedBefore(filter.submittedBefore)]),
  ];
  return {
    found: [
      ...(bySender.length > 0 ? bySender : byAgent),
      ...(isUnfinished && bySender.length === 0 ? [isOpen] : []),
      ...(bySender.length > 0 ? byContext : []),
      ...times.map(({ found }) => found),
    ],
    agentIds: bySender.length > 0 ? null : (agentIds ?? null),
    misplaced: times.map(({ misplaced }) => misplaced),
    further: [
      ...(bySender.length > 0 ? [...byAgent, ...isOfAgents(agentIds ?? null)] : []),
      ...(bySender.length > 0 ? [] : byContext),
      ...(handle === undefined ? [] : [ofRequest('r.handle', '=', handle)]),
      ...(isShownToAgent === undefined ? [] : [isNotHidden]),
      ...(action === undefined ? [] : [ofRequest('r.action', '=', action)]),
      ...(statuses === undefined ? [] : [ofRequest('r.status', '=', sql<RequestStatus>`any (${statuses})`)]),
    ],
  };
}

/** As isHiddenFromAgent says. */
const isNotHidden = ofRequest('r.is_held', 'is distinct from', true).and('r.status', '<>', 'AWAITING_APPROVAL');

/** Of any of them. */
export const isOfAgents = (agentIds: readonly string[] | null): readonly Condition[] =>
  agentIds === null ? [] : [ofRequest('r.agent_id', '=', sql<string>`any (${agentIds}::uuid[])`)];

/** Everything together, for a statement that looks at each request anyway. */
export const everyConditionOf = ({ found, agentIds, misplaced, further }: Conditions): readonly Condition[] => [
  ...found,
  ...isOfAgents(agentIds),
  ...misplaced.map((condition) => ofRequest.not(condition)),
  ...further,
];

/** Submitted at that time or later: what an index finds, and who of them is misplaced. */
export const submittedSince = (time: Date) => ({
  found: ofRequest('r.id', '>=', idAround(time, -CLOCKS_DIFFER_MS)),
  misplaced: ofRequest('r.id', '<', idAround(time, CLOCKS_DIFFER_MS)).and('r.created_at', '<', time),
});

const submittedBefore = (time: Date) => ({
  found: ofRequest('r.id', '<', idAround(time, CLOCKS_DIFFER_MS)),
  misplaced: ofRequest('r.id', '>=', idAround(time, -CLOCKS_DIFFER_MS)).and('r.created_at', '>=', time),
});

const idAround = (time: Date, ms: number) => firstIdAt(new Date(time.getTime() + ms));
