import { type Actor, actorOf } from '../../domain/actor.ts';
import type { Agent } from '../../domain/agent.ts';
import { AgentNotFoundError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { requireManagerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { announceEnd } from '../approvals/announce-end.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import { noteInCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { AGENT_DELETED } from '../requests/agent-deleted.ts';
import type { Directory } from './directory.ts';

type Dependencies = {
  readonly agents: AgentStore;
  readonly requests: RequestStore;
  readonly directory: Directory;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** What deleting an agent throws: to admins only. */
export const DELETE_AGENT_ERRORS = [AgentNotFoundError] as const;

/**
 * Deletes the agent with its keys, contracts and policies, closes its channels and cancels its open requests, which
 * their senders can still read. By the agent, its owner or an admin. Throws DELETE_AGENT_ERRORS.
 */
export function createDeleteAgent({ agents, directory, clock, log, ...deps }: Dependencies) {
  const endAgent = createEndAgent({ directory, clock, log, ...deps });
  return async (principal: Principal | null, input: { agentId: string }): Promise<string> => {
    await requireManagerOf(principal, input.agentId, directory.ownerOf);
    const agent = await agents.delete(input.agentId, actOf(principal, clock.now()));
    if (!agent) throw new AgentNotFoundError(input.agentId);
    noteInCall({ agentId: agent.id });
    log.info({ agentId: agent.id, handle: agent.handle }, 'an agent was deleted');
    logActOfAdmin(log, principal, 'delete an agent', { agentId: agent.id, handle: agent.handle });
    await endAgent(agent, actorOf(principal));
    return agent.id;
  };
}

/** What follows once an agent's row is gone: its channels close, and its open requests end, by whoever deleted it. */
export function createEndAgent({ requests, directory, changes, clock, log, metrics }: Omit<Dependencies, 'agents'>) {
  return async (agent: Pick<Agent, 'id' | 'handle'>, by: Actor): Promise<void> => {
    directory.forget(agent);
    // The row is gone first, so nothing new can be addressed to it while its open requests end.
    try {
      for (;;) {
        const cancelled = await requests.cancelAllOfAgent(agent.id, AGENT_DELETED, clock.now(), by);
        if (cancelled.length === 0) break;
        for (const request of cancelled) announceEnd({ changes, metrics, log }, request);
      }
    } finally {
      // It is gone, whatever becomes of its requests.
      changes.publish('registry', '', { event: 'agents-deleted', agents: [agent] });
    }
  };
}
