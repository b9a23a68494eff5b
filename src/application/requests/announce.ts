import type { Request } from '../../domain/request.ts';
import type { Bus } from '../ports/bus.ts';

/**
 * Tells whoever cares that a request changed: its watchers, the node whose channel holds it, and those who watch the
 * platform. `formerNodeId` names a node that held it before and must let go.
 */
export function announce(bus: Bus, request: Request, formerNodeId: string | null = null): void {
  bus.publish('request', request.id, { request });
  for (const nodeId of new Set([request.nodeId, formerNodeId])) {
    if (nodeId !== null) bus.publish('node', nodeId, { event: 'changed', request });
  }
  bus.publish('activity', '', { event: 'request-status', request });
}
