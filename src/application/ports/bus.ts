import type { AgentStatus } from '../../domain/agent.ts';
import type { Request } from '../../domain/request.ts';

/** What is published, by topic. The key narrows a topic to those who care: a request's id, an agent's, a node's. */
export type BusMessages = {
  /** Key: the request's id. It changed; carries its state at that revision, so that watchers skip no status. */
  readonly request: { readonly request: Request };
  /** Key: the node's id. A request that a channel of this node holds was assigned to it or changed. */
  readonly node: { readonly event: 'assigned' | 'changed'; readonly request: Request };
  /** Key: the agent's id. There may be something to claim. */
  readonly agent: { readonly event: 'wake' };
  /** Key: ''. What every node must hear of: caches to drop, channels to close. */
  readonly registry:
    | { readonly event: 'agent-changed'; readonly agentId: string; readonly handle: string }
    | { readonly event: 'agent-deleted'; readonly agentId: string; readonly handle: string }
    | { readonly event: 'key-revoked'; readonly apiKeyId: string }
    /** Null for every session: the password changed. */
    | { readonly event: 'admin-session-ended'; readonly sessionId: string | null };
  /** Key: ''. For those who watch the whole platform. */
  readonly activity:
    | { readonly event: 'agent-status'; readonly agentId: string; readonly status: AgentStatus; readonly at: Date }
    | { readonly event: 'request-status'; readonly request: Request };
};

export type BusTopic = keyof BusMessages;

/**
 * Hints between and inside nodes. The database is the truth; a hint only says that looking is worth it now.
 * Delivery is at most once, and in order per publisher and key while the connection holds; a hint may be lost, doubled
 * or late, and receivers must be right all the same.
 */
export interface Bus {
  /** Never throws and never waits: a hint that cannot be sent is dropped. Local listeners hear it in any case. */
  publish<Topic extends BusTopic>(topic: Topic, key: string, message: BusMessages[Topic]): void;
  /** Answers the function that ends it. A listener that throws is logged and does not disturb the others. */
  subscribe<Topic extends BusTopic>(
    topic: Topic,
    key: string,
    listener: (message: BusMessages[Topic]) => void,
  ): () => void;
  /**
   * Answers when what other nodes publish from now on is heard under every subscription made so far; soon in any case,
   * also while the connection is down.
   */
  inForce(): Promise<void>;
  /** Calls back when hints of other nodes may have been lost: look again at everything. Answers the function that ends it. */
  onGap(listener: () => void): () => void;
  /** Whether hints reach other nodes: false for a bus that has none, and while its connection is down. */
  reachesOtherNodes(): boolean;
  /** `ok`, or what is wrong, for the readiness check. */
  health(): Promise<'ok' | 'down'>;
  close(): Promise<void>;
}
