import type { Agent } from '../../domain/agent.ts';
import type { ApiKey, ApiKeyKind } from '../../domain/api-key.ts';
import type { Capability, CapabilityContract } from '../../domain/contract.ts';
import type { PolicyAction, PolicyRule, PolicySet } from '../../domain/policy.ts';
import type { Sender } from '../../domain/sender.ts';
import type { Page, PageQuery } from './page.ts';

/** A key about to be stored: the hash is the SHA-256 of the whole key. */
export type NewApiKey = {
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly hash: Buffer;
  readonly prefix: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
};

export type AgentFilter = {
  /** Words; each must occur in the handle, the display name or the description, whatever its case. */
  readonly search?: string;
  /** Offered by the active contract. */
  readonly action?: string;
  /** Whether at least one channel of a live node is open. */
  readonly connected?: boolean;
  /** With `connected`: nodes that have not renewed since count as gone. Without it every known node counts. */
  readonly aliveSince?: Date;
};

/**
 * Agents, senders, keys and their versioned documents. Every method is one transaction; what it returns is
 * committed. Ids that are not UUIDs are simply unknown. Texts are well-formed and free of NUL: callers check.
 */
export interface RegistryStore {
  /** Stores the agent with its first key, or answers false when the handle is taken (held by a unique index). */
  insertAgent(agent: Agent, key: NewApiKey): Promise<boolean>;
  insertSender(sender: Sender, key: NewApiKey): Promise<void>;

  /** In the order of the ids; null where there is none. */
  agentsByIds(ids: readonly string[]): Promise<readonly (Agent | null)[]>;
  agentByHandle(handle: string): Promise<Agent | null>;
  sendersByIds(ids: readonly string[]): Promise<readonly (Sender | null)[]>;
  /** Newest first, by id. */
  agents(filter: AgentFilter, page: PageQuery): Promise<Page<Agent>>;
  /**
   * Deletes the agent with its keys, contracts and policies. Its requests are not touched here. False when there is none.
   */
  deleteAgent(id: string): Promise<boolean>;

  /**
   * The key of that hash, whatever its state: callers look at `revokedAt` and `expiresAt`. Null when there is none.
   */
  apiKeyByHash(hash: Buffer): Promise<ApiKey | null>;
  /** Newest first, revoked ones included; per owner, in the order of the ids. */
  apiKeysByOwners(ownerIds: readonly string[]): Promise<readonly (readonly ApiKey[])[]>;
  /**
   * Answers null when the owner already has `max.live` keys that are live at that moment (counted and inserted
   * atomically), or is gone. Of those that ended only the newest `max.ended` are kept.
   */
  insertApiKey(
    ownerId: string,
    key: NewApiKey,
    max: { readonly live: number; readonly ended: number },
    at: Date,
  ): Promise<ApiKey | null>;
  /** By its id, scoped to the owner unless that is null (an admin). Revoking twice keeps the first instant. */
  revokeApiKey(ownerId: string | null, id: string, at: Date): Promise<ApiKey | null>;
  /** Those of the ids whose key is neither revoked nor expired at that moment, nor gone. */
  liveApiKeyIds(ids: readonly string[], at: Date): Promise<ReadonlySet<string>>;
  /** Many at once, each only forward in time. */
  touchApiKeys(usedAt: ReadonlyMap<string, Date>): Promise<void>;

  /**
   * Deactivates the active version and inserts the next one in one transaction. Concurrent calls get consecutive
   * versions; a partial unique index holds that never two are active. Null when there is no such agent.
   */
  publishCapabilities(
    id: string,
    agentId: string,
    capabilities: readonly Capability[],
    at: Date,
  ): Promise<CapabilityContract | null>;
  publishPolicies(
    id: string,
    agentId: string,
    rules: readonly PolicyRule[],
    defaultAction: PolicyAction,
    at: Date,
  ): Promise<PolicySet | null>;

  /** Per agent, in the order of the ids; null before the first one. */
  activeContracts(agentIds: readonly string[]): Promise<readonly (CapabilityContract | null)[]>;
  activePolicySets(agentIds: readonly string[]): Promise<readonly (PolicySet | null)[]>;
  /** Newest first, by version. */
  contractHistory(agentId: string, page: PageQuery): Promise<Page<CapabilityContract>>;
  policyHistory(agentId: string, page: PageQuery): Promise<Page<PolicySet>>;
}
