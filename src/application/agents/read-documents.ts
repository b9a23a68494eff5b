import type { PublishedContract } from '../../domain/contract.ts';
import type { PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireManagerOf } from '../access.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import type { Directory } from './directory.ts';

/** Contracts and policy sets of agents. */
export function createReadDocuments({
  directory,
  documents,
}: {
  readonly directory: Directory;
  readonly documents: DocumentStore;
}) {
  /** Per agent, in the order of the ids; null before the first one. */
  const activeContracts = (agentIds: readonly string[]): Promise<readonly (PublishedContract | null)[]> =>
    documents.activeContracts(agentIds);

  /** As `activeContracts`. */
  const activePolicySets = (agentIds: readonly string[]): Promise<readonly (PolicySet | null)[]> =>
    documents.activePolicySets(agentIds);

  /** Newest version first. By the agent, its owner or an admin. */
  async function capabilityHistory(
    principal: Principal | null,
    agentId: string,
    page: PageQuery,
  ): Promise<Page<PublishedContract>> {
    await requireManagerOf(principal, agentId, directory.ownerOf);
    return documents.contractHistory(agentId, page);
  }

  /** Newest version first. By the agent, its owner or an admin. */
  async function policyHistory(
    principal: Principal | null,
    agentId: string,
    page: PageQuery,
  ): Promise<Page<PolicySet>> {
    await requireManagerOf(principal, agentId, directory.ownerOf);
    return documents.policyHistory(agentId, page);
  }

  return { activeContracts, activePolicySets, capabilityHistory, policyHistory };
}
