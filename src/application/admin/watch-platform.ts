import { LRUCache } from 'lru-cache';
import type { AgentStatus } from '../../domain/agent.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import { requireOwnerOrAdmin } from '../access.ts';
import type { Changes } from '../changes/changes.ts';
import type { ChangesByTopic } from '../changes/changes-by-topic.ts';
import { EventQueue } from '../event-queue.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { ReadAhead } from '../read-ahead.ts';
import { OwnActivity } from './own-activity.ts';

export type PlatformEvent =
  | { readonly kind: 'agent-status'; readonly agentId: string; readonly status: AgentStatus; readonly at: Date }
  /** With the request as it is when the event is read. */
  | { readonly kind: 'request-status'; readonly request: Request; readonly at: Date };

/** What waits to be read: no row, since an administrator who does not read would hold them all. */
type Happened =
  | Extract<PlatformEvent, { kind: 'agent-status' }>
  | { readonly kind: 'request-status'; readonly requestId: string; readonly at: Date };

const BACKLOG_MAX = 1_000;
const READ_AT_ONCE = 16;
/** Requests whose last revision is kept in mind, so that a hint that is doubled is told of once. */
const REVISIONS_MAX = 1_000;

/** Every agent's coming and going and every request's change, as it happens: of an owner's agents, of all for admins. */
export function createWatchPlatform({
  agents,
  changes,
  clock,
  requests,
}: {
  readonly agents: AgentStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly requests: RequestStore;
}) {
  const own = new OwnActivity({ agents, changes, clock });

  const load = async (happened: readonly Happened[]): Promise<readonly PlatformEvent[]> => {
    const ids = happened.flatMap((each) => (each.kind === 'request-status' ? [each.requestId] : []));
    const rows = new Map((await requests.byIds([...new Set(ids)])).map((request) => [request.id, request]));
    return happened.flatMap((each): PlatformEvent[] => {
      if (each.kind === 'agent-status') return [each];
      const request = rows.get(each.requestId);
      return request ? [{ kind: each.kind, request, at: each.at }] : [];
    });
  };

  return async (principal: Principal | null): Promise<ReadAhead<Happened, PlatformEvent>> => {
    const known = requireOwnerOrAdmin(principal);
    const queue = new EventQueue<Happened>({ max: BACKLOG_MAX });
    const revisions = new LRUCache<string, number>({ max: REVISIONS_MAX });
    const take = (change: ChangesByTopic['activity']) => {
      if (change.event === 'agent-status') {
        const { agentId, status, at } = change;
        queue.push({ kind: 'agent-status', agentId, status, at });
        return;
      }
      const { id, revision, updatedAt } = change.request;
      if (revision <= (revisions.get(id) ?? 0)) return;
      revisions.set(id, revision);
      queue.push({ kind: 'request-status', requestId: id, at: updatedAt });
    };
    const stop =
      known.kind === 'owner' ? await own.follow(known.ownerId, take) : changes.subscribe('activity', '', take);
    return new ReadAhead(queue.onEnd(stop), { max: READ_AT_ONCE, load });
  };
}
