import type { Hints, RequestHint, Topic } from '../ports/bus.ts';
import type { ChangesByTopic } from './changes-by-topic.ts';

/** What other nodes are told of a change: which rows to read, and nothing of what is in them but how far an agent is. */
const HINTS: { readonly [Name in Topic]: (change: ChangesByTopic[Name], nodeId: string) => readonly Hints[Name][] } = {
  request: (change) => ['request' in change ? hintOf(change.request) : change.progressOf],
  // Whoever stores a request has taken it from its sender.
  node: ({ request }, nodeId) => [{ ...hintOf(request), ...(request.revision === 1 && { takenBy: nodeId }) }],
  outcome: ({ requestId }) => [{ id: requestId }],
  agent: (change) => [change],
  registry: (change) => {
    switch (change.event) {
      case 'agents-changed':
        return change.agents.map(({ id, handle }) => ({ event: 'agent-changed', agentId: id, handle }));
      case 'agents-deleted':
        return change.agents.map(({ id, handle }) => ({ event: 'agent-deleted', agentId: id, handle }));
      case 'keys-ended':
        return [...change.apiKeyIds].map((apiKeyId) => ({ event: 'key-revoked', apiKeyId }));
      // Every node reads for itself.
      case 'key-ends-moved':
        return [];
      case 'holders-changed':
        return [...change.holderIds].map((holderId) => ({ event: 'holder-changed', holderId }));
      case 'admin-sessions-ended':
        return [...(change.sessionIds ?? [null])].map((sessionId) => ({ event: 'admin-session-ended', sessionId }));
    }
  },
  approval: (change) => [change],
  activity: (change) => {
    if (change.event === 'request-status') return [{ event: 'request-status', ...hintOf(change.request) }];
    const { event, agentId, status } = change;
    return [{ event, agentId, status }];
  },
};

const hintOf = ({ id, revision, status }: RequestHint): RequestHint => ({
  id,
  revision,
  status,
});

/** `nodeId` is the node that tells them. */
export const hintsOf = <Name extends Topic>(
  topic: Name,
  change: ChangesByTopic[Name],
  nodeId: string,
): readonly Hints[Name][] => HINTS[topic](change, nodeId);
