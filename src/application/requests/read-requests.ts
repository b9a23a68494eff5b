import { InvalidInputError } from '../../domain/errors.ts';
import type { OwnerPrincipal, Principal } from '../../domain/principal.ts';
import {
  isFinal,
  isHiddenFromAgent,
  type Request,
  type RequestOrder,
  type RequestStatus,
  type RequestSummary,
} from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { isParty, requireReaderOf, requireScope } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import { isStorableText } from '../input-issues.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import { noteInCall } from '../ports/call.ts';
import { EMPTY_PAGE, type Page, type PageQuery } from '../ports/page.ts';
import type { RequestFilter, RequestStore, RequestsOfSender } from '../ports/request-store.ts';
import type { GivenAway } from './given-away.ts';
import type { TightPolls } from './tight-polls.ts';

export type ListRequestsInput = {
  /** Newest first unless told; the last change first is for senders. */
  readonly orderBy?: RequestOrder | undefined;
  readonly statuses?: readonly RequestStatus[] | undefined;
  /** The handle, or the id, of the agent that they were sent to. */
  readonly handle?: string | undefined;
  readonly action?: string | undefined;
  readonly contextId?: string | undefined;
  readonly senderId?: string | undefined;
  /** Submitted at that moment or later. */
  readonly submittedFrom?: Date | undefined;
  /** Submitted before that moment. */
  readonly submittedBefore?: Date | undefined;
};

type Dependencies = {
  readonly requests: RequestStore;
  readonly agents: AgentStore;
  readonly directory: Directory;
  readonly polls: TightPolls;
  readonly givenAway: GivenAway;
  readonly nodeId: string;
};

/** Reading requests, each to those who may see it. */
export function createReadRequests({ requests, agents, directory, polls, givenAway, nodeId }: Dependencies) {
  /** Null for an unknown request, and for one that is not the caller's. */
  async function findRequest(principal: Principal | null, id: string): Promise<Request | null> {
    if (principal === null) return null;
    requireScope(principal, 'requests:read');
    if (!isUuid(id)) return null;
    const waitMs = polls.waitMsOf(principal, id);
    const isElsewhere = givenAway.has(id);
    if (isElsewhere && waitMs > 0) await givenAway.untilOver(id);
    const request = await requests.byId(id, isElsewhere ? 0 : waitMs);
    if (request === null || !(await isParty(principal, request, directory.ownerOf))) return null;
    noteInCall({ requestId: id });
    // Of what other nodes do with other requests nothing is heard here, so nothing would end the wait.
    const isHeardOf = request.nodeId === nodeId || givenAway.has(id);
    if (isHeardOf && !isFinal(request.status)) polls.record(principal, id);
    return request;
  }

  /** What the caller sent (sender), it or its agents were sent (agent, owner), or everything (admin), newest first. */
  async function listRequests(
    principal: Principal | null,
    input: ListRequestsInput,
    page: PageQuery,
  ): Promise<Page<Request>> {
    const filter = await filterFor(principal, input);
    if (filter === null) return EMPTY_PAGE;
    if (input.orderBy === 'UPDATED') return requests.listByChange(requireOfSender(filter), page);
    return shown(filter, await requests.list(filter, page));
  }

  /** The same without what was asked and answered. */
  async function listSummaries(
    principal: Principal | null,
    input: ListRequestsInput,
    page: PageQuery,
  ): Promise<Page<RequestSummary>> {
    const filter = await filterFor(principal, input);
    if (filter === null) return EMPTY_PAGE;
    if (input.orderBy === 'UPDATED') return requests.listSummariesByChange(requireOfSender(filter), page);
    return shown(filter, await requests.listSummaries(filter, page));
  }

  /** What was sent to the agent. By the agent, its owner or an admin. */
  async function listRequestsOfAgent(
    principal: Principal | null,
    agentId: string,
    input: ListRequestsInput,
    page: PageQuery,
  ): Promise<Page<Request>> {
    await requireReaderOf(principal, agentId, directory.ownerOf);
    const isByAgent = principal?.kind === 'agent';
    const filter = { ...filterOf(input), agentId, ...(isByAgent && SHOWN_TO_AGENT) };
    return shown(filter, await requests.list(filter, page));
  }

  /** What of the caller's the input asks for; null for nothing at all. */
  async function filterFor(principal: Principal | null, input: ListRequestsInput): Promise<RequestFilter | null> {
    const known = requireScope(principal, 'requests:read');
    const texts = [input.handle, input.action, input.contextId].filter((each) => each !== undefined);
    if (!texts.every(isStorableText)) return null;
    const filter = filterOf(input);
    if (known.kind === 'owner') return filterForOwner(known, filter);
    const scope = scopeOf(known);
    // What was sent to another agent is none of what was sent to the caller.
    const isElsewhere = filter.agentId !== undefined && filter.agentId !== (scope.agentId ?? filter.agentId);
    return isElsewhere ? null : { ...filter, ...scope };
  }

  /** What was sent to its agents as they are now. */
  async function filterForOwner({ ownerId }: OwnerPrincipal, filter: RequestFilter): Promise<RequestFilter | null> {
    const own = await agents.idsOfOwner(ownerId);
    const agentIds = filter.agentId === undefined ? own : own.filter((id) => id === filter.agentId);
    if (agentIds.length === 0) return null;
    const [agentId, another] = agentIds;
    return another === undefined && agentId !== undefined ? { ...filter, agentId } : { ...filter, agentIds };
  }

  return { findRequest, listRequests, listSummaries, listRequestsOfAgent };
}

/** What agents, owners and administrators see is any number of senders', which no index has in that order. */
function requireOfSender(filter: RequestFilter): RequestsOfSender {
  const { senderId } = filter;
  if (senderId !== undefined && !filter.isShownToAgent && filter.agentIds === undefined) return { ...filter, senderId };
  throw new InvalidInputError([
    { path: 'input.orderBy', message: 'UPDATED is for what one sender sent: ask with its key' },
  ]);
}

const SHOWN_TO_AGENT = { isShownToAgent: true } as const;

/** The store leaves out what is hidden where it can be; here what is not to be seen is not seen in any case. */
const shown = <Row extends Pick<Request, 'status' | 'isHeld'>>(filter: RequestFilter, page: Page<Row>): Page<Row> =>
  filter.isShownToAgent ? { ...page, rows: page.rows.filter((row) => !isHiddenFromAgent(row)) } : page;

const filterOf = (input: ListRequestsInput): RequestFilter => ({
  ...(input.statuses && { statuses: input.statuses }),
  ...(input.handle !== undefined && (isUuid(input.handle) ? { agentId: input.handle } : { handle: input.handle })),
  ...(input.action !== undefined && { action: input.action }),
  ...(input.contextId !== undefined && { contextId: input.contextId }),
  ...(input.senderId !== undefined && { senderId: input.senderId }),
  ...(input.submittedFrom && { submittedFrom: input.submittedFrom }),
  ...(input.submittedBefore && { submittedBefore: input.submittedBefore }),
});

/** No approver has the scope that reads requests. */
function scopeOf(principal: Exclude<Principal, OwnerPrincipal>): RequestFilter {
  switch (principal.kind) {
    case 'admin':
      return {};
    case 'agent':
      return { agentId: principal.agentId, ...SHOWN_TO_AGENT };
    case 'sender':
      return { senderId: principal.senderId };
    case 'approver':
      return { agentIds: [] };
  }
}
