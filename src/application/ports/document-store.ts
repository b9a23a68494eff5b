import type { Act } from '../../domain/actor.ts';
import type { PublishedCapability, PublishedContract } from '../../domain/contract.ts';
import type { PolicyAction, PolicyRule, PolicySet } from '../../domain/policy.ts';
import type { Page, PageQuery } from './page.ts';

/** A new version of a document, and the handle that its agent is known by. */
export type Published<Document> = { readonly document: Document; readonly handle: string };

/** The rules of a new version, and its id. */
export type PolicyPublication = Pick<PolicySet, 'id' | 'rules' | 'defaultAction'>;

/** What has versions: contracts, and sets of policies. */
export type VersionedDocument = 'contract' | 'policies';

/** A page of what is gone through: of so many, behind that one; null for the first one. */
type Going<Place> = { readonly after: Place | null; readonly limit: number };

/**
 * Contracts and policy sets of agents: append-only versions, of which one is active. Every method is one transaction;
 * what it answers is committed. Ids that are not UUIDs are simply unknown.
 */
export interface DocumentStore {
  /**
   * Deactivates the active version and inserts the next one in one transaction. Concurrent calls get consecutive
   * versions; a partial unique index holds that never two are active. Null when there is no such agent.
   */
  publishCapabilities(
    id: string,
    agentId: string,
    capabilities: readonly PublishedCapability[],
    at: Date,
    act?: Act,
  ): Promise<Published<PublishedContract> | null>;
  /** As `publishCapabilities`. */
  publishPolicies(
    id: string,
    agentId: string,
    rules: readonly PolicyRule[],
    defaultAction: PolicyAction,
    at: Date,
    act?: Act,
  ): Promise<Published<PolicySet> | null>;

  /** Per agent, in the order of the ids; null before the first one. */
  activeContracts(agentIds: readonly string[]): Promise<readonly (PublishedContract | null)[]>;
  /** Versions by their ids, in the order of those, whether they are active or not; null for what is none. */
  contractsById(ids: readonly string[]): Promise<readonly (PublishedContract | null)[]>;
  /** As `activeContracts`. */
  activePolicySets(agentIds: readonly string[]): Promise<readonly (PolicySet | null)[]>;
  /** Newest first, by version. */
  contractHistory(agentId: string, page: PageQuery): Promise<Page<PublishedContract>>;
  /** Newest first, by version. */
  policyHistory(agentId: string, page: PageQuery): Promise<Page<PolicySet>>;

  /** Agents that have more versions than so many, in the order of their ids. */
  agentsWithMoreVersions(
    what: VersionedDocument,
    page: Going<string> & { readonly kept: number },
  ): Promise<readonly string[]>;
  /**
   * Deletes versions of an agent, from the oldest one on: none of the newest, so many as are kept, none that was replaced
   * after that moment, and none that a kept request or approval refers to. Answers how many, and the version to go on
   * behind; null for the end.
   */
  expireVersions(
    what: VersionedDocument,
    agentId: string,
    page: Going<number> & { readonly kept: number; readonly replacedBefore: Date; readonly at: Date },
  ): Promise<{ readonly expired: number; readonly next: number | null }>;
}
