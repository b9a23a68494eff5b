import type { AgentStatus } from '../../domain/agent.ts';
import type { Request } from '../../domain/request.ts';

/**
 * Hints between and inside nodes. The database is the truth; a hint only says that looking is worth it now.
 * Delivery is at most once, in order per publisher and topic while the connection holds; a hint may be lost,
 * doubled or late, and receivers must be right all the same.
 */
export type BusMessage = {
  /** A request changed; carries its state at that revision so that watchers skip no status. */
  'request-changed': { readonly request: Request };
  /** The agent has something to claim, or a channel of it was opened somewhere. */
  'agent-wake': { readonly agentId: string };
  /** The request was assigned to a channel of that node. */
  'request-assigned': { readonly nodeId: string; readonly requestId: string };
  /** The request is over (cancelled, expired) while a channel of that node holds it. */
  'request-withdrawn': {
    readonly nodeId: string;
    readonly channelId: string;
    readonly requestId: string;
    readonly reason: string;
  };
  /** The agent's active contract or policies changed, or it is gone: drop what is cached. */
  'agent-changed': { readonly agentId: string };
  /** The agent came or went. */
  'agent-status': { readonly agentId: string; readonly status: AgentStatus; readonly at: Date };
  /** Close what was opened with the key. */
  'key-revoked': { readonly apiKeyId: string };
  /** Close every channel of the agent. */
  'agent-deleted': { readonly agentId: string };
};

export type BusTopic = keyof BusMessage;

export interface Bus {
  /** Never throws and never waits: a hint that cannot be sent is dropped and counted. */
  publish<Topic extends BusTopic>(topic: Topic, message: BusMessage[Topic]): void;
  /** Listeners are called in order of subscription; one that throws is logged and does not disturb the others. */
  subscribe<Topic extends BusTopic>(topic: Topic, listener: (message: BusMessage[Topic]) => void): () => void;
  /** Whether hints reach the other nodes now. */
  isHealthy(): boolean;
  close(): Promise<void>;
}
