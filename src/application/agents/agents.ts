import type { Changes } from '../changes/changes.ts';
import type { Ports } from '../ports/ports.ts';
import { createDeleteAgent } from './delete-agent.ts';
import type { Directory } from './directory.ts';
import { createPublishCapabilities } from './publish-capabilities.ts';
import { createPublishDocument } from './publish-document.ts';
import { createPublishPolicies } from './publish-policies.ts';
import { createReadAgents } from './read-agents.ts';
import { createReadDocuments } from './read-documents.ts';
import { createRegisterAgent } from './register-agent.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly nodeTimeoutMs: number;
};

/** The use cases of agents and of what they publish. */
export function createAgents(deps: Dependencies) {
  const publishDocument = createPublishDocument(deps);
  return {
    register: createRegisterAgent(deps),
    delete: createDeleteAgent(deps),
    publishCapabilities: createPublishCapabilities({ ...deps, publishDocument }),
    publishPolicies: createPublishPolicies({ ...deps, publishDocument }),
    ...createReadAgents(deps),
    ...createReadDocuments(deps),
  };
}
