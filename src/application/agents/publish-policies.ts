import { Type } from 'typebox';
import { complete, type InputValueOf, id } from '../../domain/fields.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import { POLICY_RULE, POLICY_RULES_MAX, POLICY_SET, type PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { createQuorumProblems } from '../approvals/quorums.ts';
import type { ApprovalSettingsStore } from '../ports/approval-settings-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Directory } from './directory.ts';
import { CHECK, type Publication, type PublishDocument } from './publish-document.ts';

export const PUBLISH_POLICIES = Type.Object({
  agentId: id("The agent's id or handle."),
  rules: Type.Array(POLICY_RULE, { maxItems: POLICY_RULES_MAX, description: 'All rules that are to be in force.' }),
  defaultAction: POLICY_SET.properties.defaultAction,
  check: CHECK,
});
export type PublishPoliciesInput = InputValueOf<typeof PUBLISH_POLICIES>;

/** Of a set with a rule that holds, while the agent's own key, which requests may come to influence, can take it out. */
const REMOVABLE =
  "this agent's own key can remove it: its owner can forbid that with agentKeysManage: false (updateAgent)";

type Dependencies = {
  readonly directory: Directory;
  readonly documents: DocumentStore;
  readonly approvers: Pick<ApproverStore, 'ofAgents'>;
  readonly approvalSettings: Pick<ApprovalSettingsStore, 'active'>;
  readonly enforcement: Enforcement;
  readonly publishDocument: PublishDocument;
};

/**
 * Publishes the next version of an agent's policy set, after it was checked alone and with the contract in force.
 * Access, errors and versions as with every document.
 */
export function createPublishPolicies(deps: Dependencies) {
  const { directory, documents, approvers, enforcement, publishDocument } = deps;
  const quorumProblems = createQuorumProblems(deps);
  const hasApprovers = async (agentId: string): Promise<boolean> =>
    ((await approvers.ofAgents([agentId]))[0]?.length ?? 0) > 0;

  /** That there is nobody is found with the rules. */
  const tooFewVoices = async (agentId: string, canApprove: boolean): Promise<readonly string[]> =>
    canApprove ? quorumProblems([agentId]) : [];

  return (principal: Principal | null, input: PublishPoliciesInput): Promise<Publication<PolicySet>> => {
    const { agentId, rules, defaultAction, check } = complete(PUBLISH_POLICIES, input);
    return publishDocument(principal, agentId, {
      what: 'policies',
      isCheckOnly: check,
      async check() {
        const [contract = null] = await documents.activeContracts([agentId]);
        const agent = await directory.agentOf(agentId);
        const canApprove = agent?.ownerId != null || (await hasApprovers(agentId));
        const found = await enforcement.checkPolicies({
          agentId,
          rules,
          defaultAction,
          contract: valuesIn(contract),
          canApprove,
        });
        const path = pathOfApproval({ rules, defaultAction });
        if (agent === null || path === null) return found;
        const problems = [...(agent.agentKeysManage ? [REMOVABLE] : []), ...(await tooFewVoices(agentId, canApprove))];
        return { ...found, warnings: [...found.warnings, ...problems.map((message) => ({ path, message }))] };
      },
      store: (versionId, at) => documents.publishPolicies(versionId, agentId, rules, defaultAction, at),
    });
  };
}

/** Where the set holds requests for approval first; null where it never does. */
function pathOfApproval({ rules, defaultAction }: Pick<PolicySet, 'rules' | 'defaultAction'>): string | null {
  const index = rules.findIndex(({ action }) => action === 'REQUIRE_APPROVAL');
  if (index >= 0) return `rules.${index}.action`;
  return defaultAction === 'REQUIRE_APPROVAL' ? 'defaultAction' : null;
}
