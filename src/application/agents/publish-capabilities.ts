import type { CapabilityContract, JsonObject } from '../../domain/contract.ts';
import type { Principal } from '../../domain/principal.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { PublishDocument } from './publish-document.ts';

export type CapabilityInput = {
  readonly action: string;
  readonly description?: string | null | undefined;
  readonly paramsSchema?: JsonObject | null | undefined;
  readonly constraints?: JsonObject | null | undefined;
};

export type PublishCapabilitiesInput = {
  readonly agentId: string;
  readonly capabilities: readonly CapabilityInput[];
};

type Dependencies = {
  readonly documents: DocumentStore;
  readonly enforcement: Enforcement;
  readonly publishDocument: PublishDocument;
};

/** Publishes the next version of an agent's contract. Access, errors and versions as with every document. */
export function createPublishCapabilities({ documents, enforcement, publishDocument }: Dependencies) {
  return (principal: Principal | null, input: PublishCapabilitiesInput): Promise<CapabilityContract> => {
    const { agentId } = input;
    const capabilities = input.capabilities.map(({ action, description, paramsSchema, constraints }) => ({
      action,
      description: description ?? null,
      paramsSchema: paramsSchema ?? {},
      constraints: constraints ?? {},
    }));
    return publishDocument(principal, agentId, {
      check: () => enforcement.checkCapabilities(capabilities, agentId),
      store: (id, at) => documents.publishCapabilities(id, agentId, capabilities, at),
    });
  };
}
