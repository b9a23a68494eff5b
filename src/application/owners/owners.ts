import type { Approver } from '../../domain/approver.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Directory } from '../agents/directory.ts';
import { createManageApprovers } from '../approvals/manage-approvers.ts';
import type { Changes } from '../changes/changes.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import type { Ports } from '../ports/ports.ts';
import { createIssueOwnerKey } from './issue-owner-key.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly keyEnds: KeyEnds;
};

/** The use cases of owners, and of the approvers that they make. */
export function createOwners(deps: Dependencies) {
  const { owners, approvers } = deps;
  return {
    byIds: (ids: readonly string[]): Promise<readonly (Owner | null)[]> => owners.byIds(ids),
    approversByIds: (ids: readonly string[]): Promise<readonly (Approver | null)[]> => approvers.byIds(ids),
    approversOfAgents: (agentIds: readonly string[]) => approvers.ofAgents(agentIds),
    approversOfOwner: (ownerId: string) => approvers.ofOwner(ownerId),
    ...createManageApprovers(deps),
    issueKey: createIssueOwnerKey(deps),
  };
}
