import { isFinal, isHiddenFromAgent, type Request } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import { publishActivity } from '../changes/publish-activity.ts';

/**
 * Tells whoever cares that a request changed: its watchers, the node whose channel holds it, and those who watch the
 * platform or its agent. `formerNodeId` names a node that held it before and must let go. When it is over, every node that it was
 * ever delivered through hears of it: an agent there may still work on it; and so does the one whose sender may poll.
 */
export function announce(changes: Changes, request: Request, formerNodeId: string | null = null): void {
  changes.tellOfOwnRequest(request);
  changes.publish('request', request.id, { request });
  const nodeIds = new Set([request.nodeId, formerNodeId]);
  if (isFinal(request.status)) for (const { nodeId } of request.deliveries) nodeIds.add(nodeId);
  for (const nodeId of nodeIds) {
    if (nodeId !== null) changes.publish('node', nodeId, { event: 'changed', request });
  }
  if (isFinal(request.status)) changes.publishOutcome(request.id);
  publishActivity(changes, request.agentId, { event: 'request-status', request });
  const { id: requestId, agentId } = request;
  if (isOfApproval(request)) changes.publish('approval', '', { requestId, agentId });
}

/** Whether people are asked about it, were so until it was over, or have just approved it: what comes later says nothing of that. */
const isOfApproval = (request: Request): boolean =>
  isHiddenFromAgent(request) || (request.isHeld === false && request.status === 'PENDING' && request.attempts === 0);
