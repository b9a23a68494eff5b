import type { AgentStatus } from '../../domain/agent.ts';
import type { RequestProgress, RequestStatus } from '../../domain/request.ts';

/** Which request changed, and what it was at that revision. */
export type RequestHint = { readonly id: string; readonly revision: number; readonly status: RequestStatus };

/**
 * How far its agent says to be with a request that it was given by that attempt. It is shown as it comes, to who watches the request:
 * no row has it yet, and nothing is decided by it.
 */
export type ProgressHint = { readonly id: string; readonly attempt: number; readonly progress: RequestProgress };

/**
 * What nodes tell each other, by topic: which rows are worth reading again, and nothing of what is in them but progress. The key
 * narrows a topic to those who care: a request's id, an agent's, a node's.
 */
export type Hints = {
  /** Key: the request's id. It changed, or its agent said how far it is; releases before do not know that and pass it over. */
  readonly request: RequestHint | ProgressHint;
  /**
   * Key: the node's id. A request that one of its channels holds or held was assigned to it or changed. `takenBy` names
   * the node that took it from its sender, and wants to be told when it is over.
   */
  readonly node: RequestHint & { readonly takenBy?: string };
  /** Key: the node's id. A request that it took from its sender is over. */
  readonly outcome: { readonly id: string };
  /** Key: the agent's id. There may be something to claim; or it opened a channel. */
  readonly agent: { readonly event: 'wake' | 'opened' };
  /** Key: ''. What every node must hear of: caches to invalidate, channels to close. */
  readonly registry:
    | { readonly event: 'agent-changed' | 'agent-deleted'; readonly agentId: string; readonly handle: string }
    | { readonly event: 'key-revoked'; readonly apiKeyId: string }
    /** Whoever holds keys: what they may do, or until when, is to be read again. */
    | { readonly event: 'holder-changed'; readonly holderId: string }
    /** Null for every session of the one password: it changed. */
    | { readonly event: 'admin-session-ended'; readonly sessionId: string | null };
  /** Key: ''. What people are asked about a request may have changed, or has begun or ended. */
  readonly approval: { readonly requestId: string; readonly agentId: string };
  /** Key: '' for those who watch the whole platform; the agent's id for those who watch it. */
  readonly activity:
    | { readonly event: 'agent-status'; readonly agentId: string; readonly status: AgentStatus }
    | ({ readonly event: 'request-status' } & RequestHint);
};

export type Topic = keyof Hints;

export const TOPICS: readonly Topic[] = ['request', 'node', 'outcome', 'agent', 'registry', 'approval', 'activity'];

/**
 * Hints between nodes. The database is the truth; a hint only says that looking is worth it now. Whoever can write to
 * what carries them can forge them, so nothing in a hint but progress may be believed: read the row.
 * Delivery is at most once, and in order per publisher and key while the connection holds; a hint may be lost, doubled
 * or late, and receivers must be right all the same. A node does not hear its own hints.
 */
export interface Bus {
  /**
   * Never throws and never waits. A hint that cannot be sent is dropped; one that no other node has a subscription for
   * costs nothing.
   */
  publish<Name extends Topic>(topic: Name, key: string, hint: Hints[Name]): void;
  /** Answers the function that ends it. A listener that throws is logged and does not disturb the others. */
  subscribe<Name extends Topic>(topic: Name, key: string, listener: (hint: Hints[Name]) => void): () => void;
  /**
   * Answers when what other nodes publish from now on is heard under every subscription made so far, and when at least
   * `otherNodes` of them have been heard of; within a second in any case, also while the connection is down.
   */
  inForce(otherNodes?: number): Promise<void>;
  /** Calls back when hints of other nodes may have been lost: reconcile everything. Answers the function that ends it. */
  onGap(listener: () => void): () => void;
  /** How many other nodes hear what this one publishes; 0 while the connection is down. */
  reachableNodes(): number;
  /** Whether the connection is up, as far as is known: it is asked every second, and not for this. */
  health(): 'ok' | 'down';
  close(): Promise<void>;
}
