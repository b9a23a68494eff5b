import type { Request } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';

/**
 * Tells whoever cares that a request changed: its watchers, the node whose channel holds it, and those who watch the
 * platform. `formerNodeId` names a node that held it before and must let go.
 */
export function announce(changes: Changes, request: Request, formerNodeId: string | null = null): void {
  changes.publish('request', request.id, { request });
  for (const nodeId of new Set([request.nodeId, formerNodeId])) {
    if (nodeId !== null) changes.publish('node', nodeId, { event: 'changed', request });
  }
  changes.publish('activity', '', { event: 'request-status', request });
}
