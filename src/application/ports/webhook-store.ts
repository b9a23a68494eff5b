import type { Act } from '../../domain/actor.ts';
import type { WebhookEndpoint, WebhookEvent } from '../../domain/webhook.ts';

export type NewWebhook = {
  /** Of a new one. */
  readonly id: string;
  readonly agentId: string;
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  readonly events: readonly WebhookEvent[];
  readonly includesParams: boolean;
};

/** What is needed to call one. */
export type CallableWebhook = Pick<WebhookEndpoint, 'id' | 'name' | 'url' | 'includesParams'> & {
  readonly agentId: string;
  readonly secret: string;
  /** Signs as well; null where there is none. */
  readonly formerSecret: string | null;
};

/** How a call went. */
export type WebhookCall = {
  readonly at: Date;
  readonly status: number | null;
  readonly error: string | null;
  /** Whether the receiver wants no more. */
  readonly isOver: boolean;
};

/** The webhooks of agents, shared by every node. What a method answers is committed. */
export interface WebhookStore {
  /**
   * A new one, or one of the same name with everything but its id replaced, switched on again; its secret of before signs for
   * `formerMs` longer. `full`: the agent has `max` of other names. Null where there is no such agent.
   */
  set(
    webhook: NewWebhook,
    options: { readonly max: number; readonly at: Date; readonly formerMs: number; readonly act?: Act },
  ): Promise<WebhookEndpoint | 'full' | null>;
  /** Null where there was none. What was to be told it is forgotten. */
  remove(agentId: string, name: string, act?: Act): Promise<WebhookEndpoint | null>;
  /** Of each agent, by name. */
  ofAgents(agentIds: readonly string[]): Promise<readonly (readonly WebhookEndpoint[])[]>;
  /** Also one that is switched off. Null where there is none. */
  callable(agentId: string, name: string, at: Date): Promise<CallableWebhook | null>;
  /**
   * Remembers it as the last one; switches the webhook off where it is over. Answers it, or null where it is gone or was set anew
   * since: then it was another receiver that was called.
   */
  recordCall(called: Pick<CallableWebhook, 'id' | 'secret'>, call: WebhookCall): Promise<WebhookEndpoint | null>;
}
