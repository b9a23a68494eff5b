import type { Act } from '../../domain/actor.ts';
import type { Agent } from '../../domain/agent.ts';
import type { RestingHandle } from '../../domain/resting-handle.ts';
import type { NewApiKey } from './api-key-store.ts';
import type { NewOwner } from './owner-store.ts';
import type { Page, PageQuery } from './page.ts';
import type { Unused, UnusedPage } from './unused.ts';

/** An agent about to be stored: nobody can have stopped it. */
export type NewAgent = Omit<Agent, 'isSuspended'>;

export type RegistrationTerms = {
  /** Stored with the agent, which is its. */
  readonly owner?: NewOwner | null;
  /** A handle that was freed later is its former owner's only. Null where none rests. @default null */
  readonly restingSince?: Date | null;
  /** The hash of the invitation's code that lets it in; null where it needs none. @default null */
  readonly codeHash?: Buffer | null;
  /** @default the platform's own */
  readonly act?: Act;
};

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

export type AgentChanges = {
  readonly displayName: string | null;
  readonly description: string | null;
  readonly agentKeysManage: boolean | null;
};

/**
 * Agents. Every method is one transaction; what it answers is committed. Ids that are not UUIDs are simply unknown.
 * Texts are well-formed and free of NUL: callers check.
 */
export interface AgentStore {
  /**
   * Stores the agent with its first key, or nothing of it where the handle is taken (held by a unique index), or rests and
   * was another owner's, or where the invitation lets nobody in: of concurrent callers as many as it has uses.
   */
  insert(agent: NewAgent, key: NewApiKey, terms?: RegistrationTerms): Promise<'inserted' | 'taken' | 'not-invited'>;
  /** Ends the rest of a deleted agent's handle; answers whether it rested. */
  releaseHandle(handle: string, act?: Act): Promise<boolean>;
  /** Handles of deleted agents that were freed since and begin so, the last ones first; at most so many. */
  restingHandles(
    filter: { readonly freedSince: Date; readonly beginning: string },
    limit: number,
  ): Promise<readonly Omit<RestingHandle, 'restsUntil'>[]>;
  /** Forgets handles that were freed before that instant; answers how many. Nodes may do it at once. */
  forgetRestingHandles(before: Date, limit: number): Promise<number>;
  /** In the order of the ids; null where there is none. */
  byIds(ids: readonly string[]): Promise<readonly (Agent | null)[]>;
  /** Ids of the owner's, newest first. */
  idsOfOwner(ownerId: string): Promise<readonly string[]>;
  /** Ids of those that the owner had and that are deleted, the last deleted ones first. */
  formerIdsOfOwner(ownerId: string, limit: number): Promise<readonly string[]>;
  /** Changes what is not null, and answers the agent; null where there is none. An empty description is none. */
  update(id: string, changes: AgentChanges, at: Date, act?: Act): Promise<Agent | null>;
  byHandle(handle: string): Promise<Agent | null>;
  /** Newest first, by id. */
  list(filter: AgentFilter, page: PageQuery): Promise<Page<Agent>>;
  /**
   * Deletes the agent with its keys, contracts and policies, and answers which it was; null when there is none. Its
   * requests are not touched here.
   */
  delete(id: string, act?: Act): Promise<Pick<Agent, 'id' | 'handle'> | null>;

  /** Looks at so many agents, in the order of their ids, for those that nobody has used since (docs/decisions/0077). */
  unused(page: UnusedPage): Promise<Unused>;
  /** As `delete`, of one that is unused: null where it is not, or not any more. */
  expire(id: string, unusedSince: Date, at: Date): Promise<Pick<Agent, 'id' | 'handle'> | null>;
}
