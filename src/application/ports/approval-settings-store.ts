import type { ApprovalSettings } from '../../domain/approval-settings.ts';

/** How approvals of agents go: append-only versions of which one is active. */
export interface ApprovalSettingsStore {
  /** In the order of the agents; null where none were set. */
  active(agentIds: readonly string[]): Promise<readonly (ApprovalSettings | null)[]>;
}
