import { type Agent, type AgentStatus, isCanonicalHandle } from '../../domain/agent.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import type { CapabilityContract } from '../../domain/contract.ts';
import type { PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Sender } from '../../domain/sender.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireOwner } from '../access.ts';
import { isStorableText } from '../input-issues.ts';
import type { Clock } from '../ports/clock.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { AgentFilter, RegistryStore } from '../ports/registry-store.ts';

type Dependencies = {
  readonly registry: RegistryStore;
  readonly presence: PresenceStore;
  readonly clock: Clock;
  readonly nodeTimeoutMs: number;
};

export type ListAgentsInput = {
  readonly search?: string | undefined;
  readonly action?: string | undefined;
  readonly status?: AgentStatus | undefined;
};

/** Words of a search that are looked at; further ones are ignored. */
const SEARCH_WORDS_MAX = 10;
const SEARCH_MAX_LENGTH = 200;

/** Reading the registry. What the directory shows is open to everybody, the rest to the agent itself and admins. */
export function createReadRegistry({ registry, presence, clock, nodeTimeoutMs }: Dependencies) {
  const aliveSince = () => new Date(clock.now().getTime() - nodeTimeoutMs);

  /** Null for an unknown id or handle. */
  async function findAgent(by: { readonly id: string } | { readonly handle: string }): Promise<Agent | null> {
    if ('handle' in by) return isCanonicalHandle(by.handle) ? registry.agentByHandle(by.handle) : null;
    if (!isUuid(by.id)) return null;
    const [agent = null] = await registry.agentsByIds([by.id]);
    return agent;
  }

  /** By id or by handle, whichever the text is. */
  const resolveAgent = (idOrHandle: string): Promise<Agent | null> =>
    findAgent(isUuid(idOrHandle) ? { id: idOrHandle } : { handle: idOrHandle });

  /** The directory, newest first. */
  async function listAgents(input: ListAgentsInput, page: PageQuery): Promise<Page<Agent>> {
    const texts = [input.search, input.action].filter((each) => each !== undefined);
    if (!texts.every(isStorableText)) return { rows: [], totalCount: async () => 0 };
    const words = input.search?.slice(0, SEARCH_MAX_LENGTH).split(/\s+/).filter(Boolean).slice(0, SEARCH_WORDS_MAX);
    const filter: AgentFilter = {
      ...(words && words.length > 0 && { search: words.join(' ') }),
      ...(input.action !== undefined && { action: input.action }),
      ...(input.status !== undefined && { connected: input.status === 'ACTIVE', aliveSince: aliveSince() }),
    };
    return registry.agents(filter, page);
  }

  /** Per agent, in the order of the ids. */
  async function statusesOf(agentIds: readonly string[]): Promise<readonly AgentStatus[]> {
    const connected = await presence.areConnected(agentIds, aliveSince());
    return connected.map((each) => (each ? 'ACTIVE' : 'INACTIVE'));
  }

  /** Newest version first. By the agent or an admin. */
  async function capabilityHistory(
    principal: Principal | null,
    agentId: string,
    page: PageQuery,
  ): Promise<Page<CapabilityContract>> {
    requireOwner(principal, agentId);
    return registry.contractHistory(agentId, page);
  }

  /** Newest version first. By the agent or an admin. */
  async function policyHistory(
    principal: Principal | null,
    agentId: string,
    page: PageQuery,
  ): Promise<Page<PolicySet>> {
    requireOwner(principal, agentId);
    return registry.policyHistory(agentId, page);
  }

  return {
    findAgent,
    resolveAgent,
    listAgents,
    statusesOf,
    capabilityHistory,
    policyHistory,
    agentsByIds: (ids: readonly string[]): Promise<readonly (Agent | null)[]> => registry.agentsByIds(ids),
    sendersByIds: (ids: readonly string[]): Promise<readonly (Sender | null)[]> => registry.sendersByIds(ids),
    activeContracts: (ids: readonly string[]) => registry.activeContracts(ids),
    activePolicySets: (ids: readonly string[]) => registry.activePolicySets(ids),
    apiKeysOf: (ids: readonly string[]): Promise<readonly (readonly ApiKey[])[]> => registry.apiKeysByOwners(ids),
  };
}
