import { AgentNotFoundError, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { newId } from '../../domain/new-id.ts';
import type { Owner } from '../../domain/owner.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireAdmin } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { announceAgentChange } from '../agents/announce-agent-change.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { KeyEnds } from '../keys/key-ends.ts';
import { KEYS_MAX, tooManyKeys } from '../keys/manage-api-keys.ts';
import { newApiKey } from '../keys/new-api-key.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { OwnerStore } from '../ports/owner-store.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';

type Dependencies = {
  readonly owners: OwnerStore;
  readonly directory: Directory;
  readonly rateLimiter: RateLimiter;
  readonly keyEnds: KeyEnds;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** What issuing an owner's key throws. */
export const ISSUE_OWNER_KEY_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/**
 * A key of the agent's owner, who is made where there is none: of an agent from before there were owners, and for an owner
 * who lost theirs. By an administrator. Throws ISSUE_OWNER_KEY_ERRORS.
 */
export function createIssueOwnerKey(deps: Dependencies) {
  const { owners, directory, rateLimiter, keyEnds, changes, clock, log } = deps;
  return async (
    principal: Principal | null,
    input: { agentId: string },
  ): Promise<{ owner: Owner; ownerKey: string }> => {
    const admin = requireAdmin(principal);
    const agent = await directory.agentOf(input.agentId);
    if (agent === null) throw new AgentNotFoundError(input.agentId);
    await takePoint(rateLimiter, 'new-keys', agent.ownerId ?? agent.id);
    const at = clock.now();
    const { key, text } = newApiKey('OWNER', keyEnds.usual(at));
    const newOwner = { id: newId(), displayName: null, createdAt: at, key };
    const owner = await owners.issueKey(agent.id, newOwner, KEYS_MAX, actOf(admin, at));
    if (owner === null) throw new AgentNotFoundError(input.agentId);
    if (owner === 'full') throw tooManyKeys('revoke one first');
    announceAgentChange({ directory, changes }, agent);
    logActOfAdmin(log, admin, "issue an owner's key", { agentId: agent.id, ownerId: owner.id, apiKeyId: key.id });
    return { owner, ownerKey: text };
  };
}
