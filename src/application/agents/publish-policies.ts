import { Type } from 'typebox';
import type { InputIssue } from '../../domain/errors.ts';
import { complete, type InputValueOf, id } from '../../domain/fields.ts';
import { POLICY_RULE, POLICY_RULES_MAX, POLICY_SET, type PolicyRule, type PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import { actOf } from '../audit/act.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { CheckPolicySet } from './check-policy-set.ts';
import { CHECK, type Publication, type PublishDocument } from './publish-document.ts';

export const PUBLISH_POLICIES = Type.Object({
  agentId: id("The agent's id or handle."),
  rules: Type.Array(POLICY_RULE, { maxItems: POLICY_RULES_MAX, description: 'All rules that are to be in force.' }),
  defaultAction: POLICY_SET.properties.defaultAction,
  check: CHECK,
});
export type PublishPoliciesInput = InputValueOf<typeof PUBLISH_POLICIES>;

const MADE_UP =
  'is the platform’s word, and no rule in force that says the same was made from that approval: leave it out';

type Dependencies = {
  readonly documents: Pick<DocumentStore, 'activePolicySets' | 'publishPolicies'>;
  readonly checkPolicySet: CheckPolicySet;
  readonly publishDocument: PublishDocument;
};

/**
 * Publishes the next version of an agent's policy set, after it was checked alone and with the contract in force.
 * Access, errors and versions as with every document.
 */
export function createPublishPolicies({ documents, checkPolicySet, publishDocument }: Dependencies) {
  return (principal: Principal | null, input: PublishPoliciesInput): Promise<Publication<PolicySet>> => {
    const { agentId, rules, defaultAction, check } = complete(PUBLISH_POLICIES, input);
    return publishDocument(principal, agentId, {
      what: 'policies',
      isCheckOnly: check,
      async check() {
        const { errors, warnings } = await checkPolicySet.findings({ agentId, rules, defaultAction });
        return { errors: [...errors, ...(await problemsOfOrigins(agentId, rules))], warnings };
      },
      async store(versionId, at) {
        await checkPolicySet.requireUnderstood(rules);
        return documents.publishPolicies(versionId, agentId, rules, defaultAction, at, actOf(principal, at));
      },
    });
  };

  /** What rules are said to be made from is what rules in force are made from that say the same. */
  async function problemsOfOrigins(agentId: string, rules: readonly PolicyRule[]): Promise<readonly InputIssue[]> {
    if (rules.every(({ madeFrom }) => madeFrom === null)) return [];
    const [active = null] = await documents.activePolicySets([agentId]);
    const known = new Set(active?.rules.map(originOf));
    return rules.flatMap((rule, index) =>
      rule.madeFrom === null || known.has(originOf(rule))
        ? []
        : [{ path: `rules.${index}.madeFrom`, message: MADE_UP }],
    );
  }
}

const originOf = ({ reason: _, ...rule }: PolicyRule): string =>
  JSON.stringify(Object.entries(rule).sort(([one], [other]) => (one < other ? -1 : 1)));
