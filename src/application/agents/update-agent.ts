import { Type } from 'typebox';
import { AGENT, type Agent } from '../../domain/agent.ts';
import { AgentNotFoundError, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { type InputValueOf, id, nullable } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireManagerOf, requireOwnerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { RequireEveryNodeKnows } from '../cluster/require-known.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { announceAgentChange } from './announce-agent-change.ts';
import type { Directory } from './directory.ts';

export const UPDATE_AGENT = Type.Object({
  agentId: id("The agent's id or handle."),
  displayName: nullable(AGENT.properties.displayName, { description: 'Its new name for people.' }),
  description: nullable(Type.String({ maxLength: 2_000, multiline: true }), {
    description: 'What it is for now; the empty text for nothing.',
  }),
  agentKeysManage: nullable(Type.Boolean(), {
    description:
      "Whether the agent's own keys may do what `agent:manage` allows, or its owner's alone. For the owner and administrators.",
  }),
});
export type UpdateAgentInput = InputValueOf<typeof UPDATE_AGENT>;

type Dependencies = {
  readonly agents: AgentStore;
  readonly directory: Directory;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly requireEveryNodeKnows: RequireEveryNodeKnows;
};

/** Nodes that do not know it let the agent's keys manage all the same. */
const OWNERS_ALONE = '0011-governed';

/** What changing an agent throws. AgentNotFoundError to admins only. */
export const UPDATE_AGENT_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/**
 * Changes what is said of the agent, and whether its own keys manage it; what is left out stays. By whoever manages it, the
 * latter by its owner or an admin. Throws UPDATE_AGENT_ERRORS.
 */
export function createUpdateAgent(deps: Dependencies) {
  const { agents, directory, rateLimiter, changes, clock, log, requireEveryNodeKnows } = deps;
  return async (principal: Principal | null, input: UpdateAgentInput): Promise<Agent> => {
    const { agentId } = input;
    const agentKeysManage = input.agentKeysManage ?? null;
    await requireManagerOf(principal, agentId, directory.ownerOf);
    if (agentKeysManage !== null) await requireOwnerOf(principal, agentId, directory.ownerOf);
    const issues = new InputIssues();
    issues.texts(UPDATE_AGENT, input);
    issues.throwIfAny();
    await takePoint(rateLimiter, 'publications', agentId);
    if (agentKeysManage === false) await requireEveryNodeKnows(OWNERS_ALONE);
    const { displayName = null, description = null } = input;
    const at = clock.now();
    const changed = { displayName, description, agentKeysManage };
    const updated = await agents.update(agentId, changed, at, actOf(principal, at));
    if (updated === null) throw new AgentNotFoundError(agentId);
    announceAgentChange({ directory, changes }, updated);
    // What its keys may do is looked at anew on every node, for what they are used for next.
    if (agentKeysManage !== null) {
      changes.publish('registry', '', { event: 'holders-changed', holderIds: new Set([agentId]) });
    }
    logActOfAdmin(log, principal, 'change an agent', { agentId, handle: updated.handle });
    return updated;
  };
}
