import { type Approval, toldToSender } from '../../domain/approval.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Request } from '../../domain/request.ts';
import { createCheckPolicySet } from '../agents/check-policy-set.ts';
import type { Directory } from '../agents/directory.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import type { Ports } from '../ports/ports.ts';
import { createFactsOf } from '../requests/facts.ts';
import type { ApplicationSettings } from '../settings.ts';
import type { Teller } from '../telling/teller.ts';
import { createApprovalLinks } from './approval-links.ts';
import { createDecideApproval } from './decide-approval.ts';
import { createHoldRequest } from './hold-request.ts';
import { createReadApprovals } from './read-approvals.ts';
import { createReadDecisions } from './read-decisions.ts';
import { createRemember } from './remember.ts';
import { createSetApprovalSettings } from './set-approval-settings.ts';
import { createApprovalSettingsOf } from './settings-of.ts';
import { ApprovalWatches } from './watch-approvals.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly dispatcher: Dispatcher;
  readonly changes: Changes;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
  readonly teller: Pick<Teller, 'wake'>;
  readonly settings: ApplicationSettings;
};

/** The use cases of approvals, and what holds requests for them. */
export function createApprovals(deps: Dependencies) {
  const { approvals, requests, settings } = deps;
  const approvalSettingsOf = createApprovalSettingsOf(deps);

  async function requestsInOrder(ids: readonly string[]): Promise<readonly (Request | null)[]> {
    const byId = new Map((await requests.byIds(ids)).map((request) => [request.id, request]));
    return ids.map((id) => byId.get(id) ?? null);
  }

  const { ofRequestsSeenBy, ...reads } = createReadApprovals(deps);
  const approvalWatches = new ApprovalWatches({ ...deps, reads: { ...reads, ofRequestsSeenBy } });

  const remember = createRemember({ ...deps, checkPolicySet: createCheckPolicySet(deps) });
  const decideApproval = createDecideApproval({ ...deps, remember, factsOf: createFactsOf(deps) });
  const { createApprovalLink, ...links } = createApprovalLinks({ ...deps, decideApproval });

  return {
    approvalWatches,
    /** Those that the caller may look at, as they change; of one agent where its id is given. */
    watch: (principal: Principal | null, agentId: string | null) => approvalWatches.open(principal, agentId),
    holdRequest: createHoldRequest({
      ...deps,
      approvalSettingsOf,
      settings: {
        pendingPerAgentMax: settings.approvalsPendingPerAgentMax,
        pendingMax: settings.approvalsPendingMax,
        openRequestsMax: settings.openRequestsMax,
        openBytesMax: settings.openBytesMax,
        expiryMaxSeconds: settings.requestExpiryMaxSeconds,
      },
    }),
    ...reads,
    decide: decideApproval,
    /** What "approve and remember" would publish of it with no choices; null where it is over, and where no rule says just that. */
    suggestedRule: remember.suggestedRule,
    /** The same with choices, for the owner and administrators. Throws InvalidInputError with why there is none. */
    suggestedRuleWith: remember.ruleWith,
    createLink: createApprovalLink,
    ...links,
    ...createReadDecisions(deps),
    setSettings: createSetApprovalSettings(deps),
    /** How the approvals of each agent go, in the order of the agents. */
    settingsOf: approvalSettingsOf,
    /**
     * The approval of each request that the caller may see, as its sender is told of it, in their order; null for what was
     * never held.
     */
    ofRequests: async (principal: Principal | null, requestIds: readonly string[]) =>
      (await approvals.ofRequests(requestIds)).map(
        (each) => each && { ...each, toSender: toSenderFor(principal, each) },
      ),
    /** The request of each approval that the caller may see, by the requests' ids. */
    requests: (requestIds: readonly string[]) => requestsInOrder(requestIds),
    /** Who asks, of each approval that the caller may see. */
    sendersOf: (approvalIds: readonly string[]) => approvals.sendersOf(approvalIds),
  };
}

/** What people wrote to the sender is not the agent's to read, whose key lies where others want to know what persuades them. */
const toSenderFor = (principal: Principal | null, approval: Approval): string | null =>
  principal?.kind === 'agent' && principal.agentId !== approval.senderId ? null : toldToSender(approval);
