import type { Changes } from '../changes/changes.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import type { RegistrationWork } from '../invitations/proof-of-work.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import type { Ports } from '../ports/ports.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { createCheckPolicySet } from './check-policy-set.ts';
import { ContractWatches } from './contract-watches.ts';
import { createDeleteAgent } from './delete-agent.ts';
import type { Directory } from './directory.ts';
import { createListRestingHandles } from './list-resting-handles.ts';
import { createOfNamed } from './of-named.ts';
import { createPublishCapabilities } from './publish-capabilities.ts';
import { createPublishDocument } from './publish-document.ts';
import { createPublishPolicies } from './publish-policies.ts';
import { createReadAgents } from './read-agents.ts';
import { createReadDocuments } from './read-documents.ts';
import { createReadOffer } from './read-offer.ts';
import { createRegisterAgent } from './register-agent.ts';
import { createReleaseHandle } from './release-handle.ts';
import { createReplayPolicies } from './replay-policies.ts';
import { createUpdateAgent } from './update-agent.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly changes: Changes;
  readonly nodeTimeoutMs: number;
  readonly settings: ApplicationSettings;
  readonly storageTotals: StorageTotals;
  readonly keyEnds: KeyEnds;
  readonly registrationWork: RegistrationWork;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
};

/** The use cases of agents and of what they publish. */
export function createAgents(deps: Dependencies) {
  const { directory } = deps;
  const publishDocument = createPublishDocument(deps);
  const checkPolicySet = createCheckPolicySet(deps);
  const ofNamed = createOfNamed(directory);
  const contractWatches = new ContractWatches(deps);

  return {
    register: createRegisterAgent(deps),
    releaseHandle: createReleaseHandle(deps),
    restingHandles: createListRestingHandles(deps),
    update: ofNamed(createUpdateAgent(deps)),
    delete: ofNamed(createDeleteAgent(deps)),
    publishCapabilities: ofNamed(createPublishCapabilities({ ...deps, publishDocument })),
    publishPolicies: ofNamed(createPublishPolicies({ ...deps, checkPolicySet, publishDocument })),
    replayPolicies: ofNamed(createReplayPolicies(deps)),
    /** See ContractWatches: everybody may read contracts, and so follow them. */
    watchContract: (idOrHandle: string) => contractWatches.watch(idOrHandle),
    /** The id of the agent that is named by id or handle; the text as it is where it names none. */
    idOf: (idOrHandle: string) => directory.idOf(idOrHandle),
    /** Whose the agent of that id is; null for nobody's, and where there is no such agent. */
    ownerOf: directory.ownerOf,
    offerOf: createReadOffer(directory),
    ...createReadAgents(deps),
    ...createReadDocuments(deps),
  };
}
