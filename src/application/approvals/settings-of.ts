import { APPROVAL_CHOICES, type ApprovalSettings } from '../../domain/approval-settings.ts';
import { complete } from '../../domain/fields.ts';
import type { ApprovalSettingsStore } from '../ports/approval-settings-store.ts';

export type ApprovalSettingsOf = (agentIds: readonly string[]) => Promise<readonly ApprovalSettings[]>;

/** The settings in force, read now and from no cache; the platform's defaults where an agent has none. */
export function createApprovalSettingsOf(deps: {
  readonly approvalSettings: ApprovalSettingsStore;
  readonly settings: { readonly approvalWindowSeconds: number };
}): ApprovalSettingsOf {
  const windowSeconds = deps.settings.approvalWindowSeconds;
  const defaults: ApprovalSettings = { version: 0, ...complete(APPROVAL_CHOICES, {}), windowSeconds };
  return async (agentIds) => (await deps.approvalSettings.active(agentIds)).map((settings) => settings ?? defaults);
}
