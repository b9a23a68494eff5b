import { Type } from 'typebox';
import { CAPABILITIES_MAX, CAPABILITY, type PublishedContract } from '../../domain/contract.ts';
import { complete, type InputValueOf, id } from '../../domain/fields.ts';
import { valuesIn } from '../../domain/json/values-in.ts';
import type { Principal } from '../../domain/principal.ts';
import { actOf } from '../audit/act.ts';
import { problemsOfJson } from '../input-issues.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import { CHECK, type Publication, type PublishDocument } from './publish-document.ts';

export const PUBLISH_CAPABILITIES = Type.Object({
  agentId: id("The agent's id or handle."),
  capabilities: Type.Array(CAPABILITY, {
    maxItems: CAPABILITIES_MAX,
    description: 'All actions that the agent is to offer.',
  }),
  check: CHECK,
});
export type PublishCapabilitiesInput = InputValueOf<typeof PUBLISH_CAPABILITIES>;

type Dependencies = {
  readonly documents: DocumentStore;
  readonly enforcement: Enforcement;
  readonly publishDocument: PublishDocument;
};

/**
 * Publishes the next version of an agent's contract, after it was checked alone and with the rules in force. Access,
 * errors and versions as with every document.
 */
export function createPublishCapabilities({ documents, enforcement, publishDocument }: Dependencies) {
  return (principal: Principal | null, input: PublishCapabilitiesInput): Promise<Publication<PublishedContract>> => {
    const { agentId, capabilities, check } = complete(PUBLISH_CAPABILITIES, input);
    return publishDocument(principal, agentId, {
      what: 'contract',
      isCheckOnly: check,
      async check() {
        const errors = problemsOfJson(PUBLISH_CAPABILITIES, { agentId, capabilities, check });
        if (errors.length > 0) return { errors, warnings: [] };
        const [policies = null] = await documents.activePolicySets([agentId]);
        return enforcement.checkContract({ agentId, capabilities: valuesIn(capabilities), policies });
      },
      store: (versionId, at) =>
        documents.publishCapabilities(versionId, agentId, capabilities, at, actOf(principal, at)),
    });
  };
}
