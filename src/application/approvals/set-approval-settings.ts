import { Type } from 'typebox';
import {
  APPROVAL_CHOICES,
  APPROVAL_WINDOW_SECONDS_MIN,
  type ApprovalSettings,
} from '../../domain/approval-settings.ts';
import { APPROVERS_PER_AGENT_MAX, voicesOf } from '../../domain/approver.ts';
import { AgentNotFoundError, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { complete, type InputValueOf, id } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireOwnerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { ApprovalSettingsStore } from '../ports/approval-settings-store.ts';
import type { ApproverStore } from '../ports/approver-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';

export const SET_APPROVAL_SETTINGS = Type.Object({
  agentId: id("The agent's id or handle."),
  ...APPROVAL_CHOICES.properties,
});
type SetApprovalSettingsInput = InputValueOf<typeof SET_APPROVAL_SETTINGS>;

/** What setting them throws. AgentNotFoundError to admins only. */
export const SET_APPROVAL_SETTINGS_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

type Dependencies = {
  readonly approvalSettings: ApprovalSettingsStore;
  readonly approvers: Pick<ApproverStore, 'ofAgents'>;
  readonly directory: Pick<Directory, 'idOf' | 'ownerOf'>;
  readonly rateLimiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: { readonly approvalWindowSeconds: number; readonly requestExpiryMaxSeconds: number };
};

/**
 * How an agent's approvals go from now on: all of it anew, what is left out as by default. What waits keeps the end that it
 * has; another quorum is asked for at its next decision. By the agent's owner and administrators, never by the agent's own key.
 * Throws SET_APPROVAL_SETTINGS_ERRORS.
 */
export function createSetApprovalSettings(deps: Dependencies) {
  const { approvalSettings, approvers, directory, rateLimiter, clock, log, settings } = deps;

  return async (principal: Principal | null, input: SetApprovalSettingsInput): Promise<ApprovalSettings> => {
    const agentId = await directory.idOf(input.agentId);
    const known = await requireOwnerOf(principal, agentId, directory.ownerOf);
    const { agentId: _, ...chosen } = complete(SET_APPROVAL_SETTINGS, input);
    const issues = new InputIssues();
    const { quorum, notify } = chosen;
    const windowSeconds = chosen.windowSeconds ?? settings.approvalWindowSeconds;
    const { requestExpiryMaxSeconds: windowMax } = settings;
    const windowMin = Math.min(APPROVAL_WINDOW_SECONDS_MIN, windowMax);
    const isWithin = Number.isInteger(windowSeconds) && windowSeconds >= windowMin && windowSeconds <= windowMax;
    if (!isWithin) issues.add('windowSeconds', `must be a whole number from ${windowMin} to ${windowMax}`);
    issues.numbers(SET_APPROVAL_SETTINGS, chosen);
    if ((notify?.length ?? 0) > APPROVERS_PER_AGENT_MAX)
      issues.add('notify', `must name at most ${APPROVERS_PER_AGENT_MAX}`);
    issues.throwIfAny();
    const [deciding = []] = await approvers.ofAgents([agentId]);
    const voices = Math.max(1, voicesOf(deciding, await directory.ownerOf(agentId)));
    if (quorum > voices) issues.add('quorum', `must be at most ${voices}: so many may decide for this agent`);
    for (const [at, approverId] of (notify ?? []).entries()) {
      if (!deciding.some((each) => each.id === approverId)) {
        issues.add(`notify.${at}`, 'must be the id of an approver who decides for this agent');
      }
    }
    issues.throwIfAny();
    await takePoint(rateLimiter, 'publications', agentId);
    const at = clock.now();
    const set = await approvalSettings.set(newId(), agentId, { ...chosen, windowSeconds }, at, actOf(known, at));
    if (set === null) throw new AgentNotFoundError(input.agentId);
    logActOfAdmin(log, known, 'set how approvals go', { agentId, version: set.version });
    return set;
  };
}
