import { Type } from 'typebox';
import { complete, type InputValueOf, id } from '../../domain/fields.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import { POLICY_RULE, POLICY_RULES_MAX, POLICY_SET, type PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import { CHECK, type Publication, type PublishDocument } from './publish-document.ts';

export const PUBLISH_POLICIES = Type.Object({
  agentId: id("The agent's id or handle."),
  rules: Type.Array(POLICY_RULE, { maxItems: POLICY_RULES_MAX, description: 'All rules that are to be in force.' }),
  defaultAction: POLICY_SET.properties.defaultAction,
  check: CHECK,
});
export type PublishPoliciesInput = InputValueOf<typeof PUBLISH_POLICIES>;

type Dependencies = {
  readonly documents: DocumentStore;
  readonly enforcement: Enforcement;
  readonly publishDocument: PublishDocument;
};

/**
 * Publishes the next version of an agent's policy set, after it was checked alone and with the contract in force.
 * Access, errors and versions as with every document.
 */
export function createPublishPolicies({ documents, enforcement, publishDocument }: Dependencies) {
  return (principal: Principal | null, input: PublishPoliciesInput): Promise<Publication<PolicySet>> => {
    const { agentId, rules, defaultAction, check } = complete(PUBLISH_POLICIES, input);
    return publishDocument(principal, agentId, {
      what: 'policies',
      isCheckOnly: check,
      async check() {
        const [contract = null] = await documents.activeContracts([agentId]);
        return enforcement.checkPolicies({ agentId, rules, defaultAction, contract: valuesIn(contract) });
      },
      store: (versionId, at) => documents.publishPolicies(versionId, agentId, rules, defaultAction, at),
    });
  };
}
