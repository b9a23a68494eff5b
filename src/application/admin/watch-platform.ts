import type { AgentStatus } from '../../domain/agent.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import { requireAdmin } from '../access.ts';
import type { Changes } from '../changes/changes.ts';
import { EventQueue } from '../event-queue.ts';

export type PlatformEvent =
  | { readonly kind: 'agent-status'; readonly agentId: string; readonly status: AgentStatus; readonly at: Date }
  | { readonly kind: 'request-status'; readonly request: Request; readonly at: Date };

const BACKLOG_MAX = 1_000;

/** Every agent's coming and going and every request's change, as it happens. For admins. */
export function createWatchPlatform({ changes }: { readonly changes: Changes }) {
  return (principal: Principal | null): EventQueue<PlatformEvent> => {
    requireAdmin(principal);
    const queue = new EventQueue<PlatformEvent>({ max: BACKLOG_MAX });
    const stop = changes.subscribe('activity', '', (message) => {
      if (message.event === 'agent-status') {
        const { agentId, status, at } = message;
        queue.push({ kind: 'agent-status', agentId, status, at });
      } else {
        const { request } = message;
        queue.push({ kind: 'request-status', request, at: request.updatedAt });
      }
    });
    return queue.onEnd(stop);
  };
}
