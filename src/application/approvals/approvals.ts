import type { Ports } from '../ports/ports.ts';
import type { ApplicationSettings } from '../settings.ts';
import { createHoldRequest } from './hold-request.ts';
import { createApprovalSettingsOf } from './settings-of.ts';

/** The use cases of approvals, and what holds requests for them. */
export function createApprovals(deps: Ports & { readonly settings: ApplicationSettings }) {
  const { settings } = deps;
  const approvalSettingsOf = createApprovalSettingsOf(deps);
  return {
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
    /** The approval of each request, in their order; null for what was never held. */
    ofRequests: (requestIds: readonly string[]) => deps.approvals.ofRequests(requestIds),
  };
}
