import type { Agent, AgentStatus } from '../../domain/agent.ts';
import type { Request } from '../../domain/request.ts';
import type { ProgressHint } from '../ports/bus.ts';

export type NamedAgent = Pick<Agent, 'id' | 'handle'>;

/** Whether it is suspended is left out by who changed something else. */
export type ChangedAgent = NamedAgent & Partial<Pick<Agent, 'isSuspended'>>;

/**
 * What became true, by topic. The key narrows a topic to those who care. Every row is one that this node wrote or read
 * itself; progress is what some node said.
 */
export type ChangesByTopic = {
  /** Key: the request's id. It changed, or its agent said how far it is. */
  readonly request: { readonly request: Request } | { readonly progressOf: ProgressHint };
  /** Key: the node's id. A request was assigned to one of its channels, or one that such a channel may hold changed. */
  readonly node: { readonly event: 'assigned' | 'changed'; readonly request: Request };
  /** Key: the node's id. A request that it took from its sender is over, as far as another node says. */
  readonly outcome: { readonly requestId: string };
  /** Key: the agent's id. There may be something to claim; or it opened a channel, as far as another node says. */
  readonly agent: { readonly event: 'wake' | 'opened' };
  /** Key: ''. What is cached or open and should not be any more. */
  readonly registry:
    | { readonly event: 'agents-changed'; readonly agents: readonly ChangedAgent[] }
    | { readonly event: 'agents-deleted'; readonly agents: readonly NamedAgent[] }
    | { readonly event: 'keys-ended'; readonly apiKeyIds: ReadonlySet<string> }
    /** Only on this node: keys that something is open with expire at another moment than was known; null for never. */
    | { readonly event: 'key-ends-moved'; readonly newEnds: ReadonlyMap<string, Date | null> }
    /** What their keys may do, or until when, is to be read again. */
    | { readonly event: 'holders-changed'; readonly holderIds: ReadonlySet<string> }
    /** Null for every session of the one password: it changed. */
    | { readonly event: 'admin-sessions-ended'; readonly sessionIds: ReadonlySet<string> | null };
  /** Key: ''. What people are asked about a request may have changed: whoever listens reads what it may see. */
  readonly approval: { readonly requestId: string; readonly agentId: string };
  /** Key: '' for those who watch the whole platform; the agent's id for those who watch it. */
  readonly activity:
    | { readonly event: 'agent-status'; readonly agentId: string; readonly status: AgentStatus; readonly at: Date }
    | { readonly event: 'request-status'; readonly request: Request };
};
