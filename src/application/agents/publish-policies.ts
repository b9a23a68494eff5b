import type { PolicyAction, PolicySet } from '../../domain/policy.ts';
import type { Principal } from '../../domain/principal.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { PublishDocument } from './publish-document.ts';

export type PublishPoliciesInput = {
  readonly agentId: string;
  readonly rules: readonly {
    readonly condition: string;
    readonly action: PolicyAction;
    readonly reason?: string | null | undefined;
  }[];
  readonly defaultAction?: PolicyAction | null | undefined;
};

type Dependencies = {
  readonly documents: DocumentStore;
  readonly enforcement: Enforcement;
  readonly publishDocument: PublishDocument;
};

/** Publishes the next version of an agent's policy set. Access, errors and versions as with every document. */
export function createPublishPolicies({ documents, enforcement, publishDocument }: Dependencies) {
  return (principal: Principal | null, input: PublishPoliciesInput): Promise<PolicySet> => {
    const { agentId } = input;
    const rules = input.rules.map(({ condition, action, reason }) => ({ condition, action, reason: reason ?? null }));
    return publishDocument(principal, agentId, {
      check: () => enforcement.checkPolicies(rules),
      store: (id, at) => documents.publishPolicies(id, agentId, rules, input.defaultAction ?? 'ALLOW', at),
    });
  };
}
