import { APPROVAL_CHOICES } from '../../domain/approval-settings.ts';
import { voicesOf } from '../../domain/approver.ts';
import { complete } from '../../domain/fields.ts';
import type { Directory } from '../agents/directory.ts';
import type { ApprovalSettingsStore } from '../ports/approval-settings-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';

type Dependencies = {
  readonly approvalSettings: Pick<ApprovalSettingsStore, 'active'>;
  readonly approvers: Pick<ApproverStore, 'ofAgents'>;
  readonly directory: Pick<Directory, 'agentOf'>;
};

const DEFAULTS = complete(APPROVAL_CHOICES, {});

/**
 * Why what these agents hold can be approved by nobody but administrators: of each of them that fewer may decide for than must
 * approve. Approvers go, and the quorum stays.
 */
export function createQuorumProblems({ approvalSettings, approvers, directory }: Dependencies) {
  return async (agentIds: readonly string[]): Promise<readonly string[]> => {
    const [settings, deciding, agents] = await Promise.all([
      approvalSettings.active(agentIds),
      approvers.ofAgents(agentIds),
      Promise.all(agentIds.map((id) => directory.agentOf(id))),
    ]);
    return agents.flatMap((agent, at) => {
      if (agent === null) return [];
      const { quorum } = settings[at] ?? DEFAULTS;
      const voices = voicesOf(deciding[at] ?? [], agent.ownerId);
      if (voices >= quorum) return [];
      const wayOut = quorum > 1 ? 'make another approver, or set a smaller quorum' : 'make an approver';
      return [`${quorum} must approve what "${agent.handle}" holds, and ${voices} may by now: ${wayOut}`];
    });
  };
}
