import type { Act } from '../../domain/actor.ts';
import type { ApprovalSettings } from '../../domain/approval-settings.ts';

/** How approvals of agents go: append-only versions of which one is active. */
export interface ApprovalSettingsStore {
  /** In the order of the agents; null where none were set. */
  active(agentIds: readonly string[]): Promise<readonly (ApprovalSettings | null)[]>;
  /** The next version, in force at once; null where there is no such agent. */
  set(
    id: string,
    agentId: string,
    settings: Omit<ApprovalSettings, 'version'>,
    at: Date,
    act?: Act,
  ): Promise<ApprovalSettings | null>;
}
