import type { Agent } from '../../domain/agent.ts';
import type { NewApiKey } from './api-key-store.ts';
import type { NewOwner } from './owner-store.ts';
import type { Page, PageQuery } from './page.ts';

/** An agent about to be stored: nobody can have stopped it. */
export type NewAgent = Omit<Agent, 'isSuspended'>;

export type AgentFilter = {
  /** Words without spaces; each must occur in the handle, the display name or the description, whatever its case. */
  readonly words?: readonly string[];
  readonly ownerId?: string;
  /** Offered by the active contract. */
  readonly action?: string;
  /** Whether at least one channel of a live node is open. */
  readonly connected?: boolean;
  /** With `connected`: nodes that have not renewed since count as gone. Without it every known node counts. */
  readonly aliveSince?: Date;
};

/**
 * Agents. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown.
 * Texts are well-formed and free of NUL: callers check.
 */
export interface AgentStore {
  /**
   * Stores the agent with its first key, and with its owner where that is new, or answers false when the handle is taken
   * (held by a unique index): nothing is stored then.
   */
  insert(agent: NewAgent, key: NewApiKey, owner?: NewOwner | null): Promise<boolean>;
  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Agent | null)[]>;
  /** Ids of the owner's, newest first. */
  idsOfOwner(ownerId: string): Promise<readonly string[]>;
  byHandle(handle: string): Promise<Agent | null>;
  /** Newest first, by id. */
  list(filter: AgentFilter, page: PageQuery): Promise<Page<Agent>>;
  /**
   * Deletes the agent with its keys, contracts and policies, and answers which it was; null when there is none. Its
   * requests are not touched here.
   */
  delete(id: string): Promise<Pick<Agent, 'id' | 'handle'> | null>;
}
