import { valuesIn } from '../../domain/json/values-in.ts';
import type { PolicyRule, PolicySet } from '../../domain/policy.ts';
import type { Findings } from '../../domain/publication.ts';
import { createQuorumProblems } from '../approvals/quorums.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import type { ApprovalSettingsStore } from '../ports/approval-settings-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Directory } from './directory.ts';

type Dependencies = {
  readonly directory: Directory;
  readonly documents: Pick<DocumentStore, 'activeContracts' | 'activePolicySets'>;
  readonly approvers: Pick<ApproverStore, 'ofAgents'>;
  readonly approvalSettings: Pick<ApprovalSettingsStore, 'active'>;
  readonly enforcement: Pick<Enforcement, 'checkPolicies'>;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
  readonly clock: Clock;
};

type Rules = Pick<PolicySet, 'agentId' | 'rules' | 'defaultAction'>;

/** Of a set with a rule that holds, while the agent's own key, which requests may come to influence, can take it out. */
const REMOVABLE =
  "this agent's own key can remove it: its owner can forbid that with agentKeysManage: false (updateAgent)";

export type CheckPolicySet = ReturnType<typeof createCheckPolicySet>;

/** What is asked of an agent's rules before they are published, by whomever and in whichever way. */
export function createCheckPolicySet(deps: Dependencies) {
  const { directory, documents, approvers, enforcement, requireEveryNodeKnows, clock } = deps;
  const quorumProblems = createQuorumProblems(deps);
  const hasApprovers = async (agentId: string): Promise<boolean> =>
    ((await approvers.ofAgents([agentId]))[0]?.length ?? 0) > 0;

  /** That there is nobody is found with the rules. */
  const tooFewVoices = async (agentId: string, canApprove: boolean): Promise<readonly string[]> =>
    canApprove ? quorumProblems([agentId]) : [];

  return {
    /** What there is to say about them, alone and with the contract in force. */
    async findings(set: Rules): Promise<Findings> {
      const { agentId, rules, defaultAction } = set;
      const [contract = null] = await documents.activeContracts([agentId]);
      const agent = await directory.agentOf(agentId);
      const canApprove = agent?.ownerId != null || (await hasApprovers(agentId));
      const found = await enforcement.checkPolicies({
        agentId,
        rules,
        defaultAction,
        contract: valuesIn(contract),
        canApprove,
        now: clock.now(),
      });
      const path = pathOfApproval(set);
      if (agent === null || path === null) return found;
      const problems = [...(agent.agentKeysManage ? [REMOVABLE] : []), ...(await tooFewVoices(agentId, canApprove))];
      return { ...found, warnings: [...found.warnings, ...problems.map((message) => ({ path, message }))] };
    },

    /** Refuses, with UnavailableError, what nodes of the release before would apply for longer, or to more, than it says. */
    async requireUnderstood(rules: readonly PolicyRule[]): Promise<void> {
      if (rules.some(isNew)) await requireEveryNodeKnows('0011-governed');
    },
  };
}

const isNew = ({ action, onlyParams, expiresAt }: PolicyRule): boolean =>
  action === 'WAIVE_APPROVAL' || onlyParams !== null || expiresAt !== null;

/** Where the set holds requests for approval first; null where it never does. */
function pathOfApproval({ rules, defaultAction }: Rules): string | null {
  const index = rules.findIndex(({ action }) => action === 'REQUIRE_APPROVAL');
  if (index >= 0) return `rules.${index}.action`;
  return defaultAction === 'REQUIRE_APPROVAL' ? 'defaultAction' : null;
}
