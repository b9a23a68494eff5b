import { Type } from 'typebox';
import type { Agent } from '../../domain/agent.ts';
import { AgentNotFoundError, InvalidInputError, SenderNotFoundError } from '../../domain/errors.ts';
import { type InputValueOf, id, nullable } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Sender } from '../../domain/sender.ts';
import { SUSPENSION, type Suspension } from '../../domain/suspension.ts';
import { requireAdmin } from '../access.ts';
import { type ActOfAdmin, logActOfAdmin } from '../admin/log-act.ts';
import { announceAgentChange } from '../agents/announce-agent-change.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import { InputIssues } from '../input-issues.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { SenderStore } from '../ports/sender-store.ts';
import type { SuspensionStore } from '../ports/suspension-store.ts';

const ID = id("The sender's id, or the agent's id or handle.");
export const SUSPEND = Type.Object({ id: ID, ...Type.Pick(SUSPENSION, ['reason']).properties });
export type SuspendInput = InputValueOf<typeof SUSPEND>;

export const RESUME = Type.Object({
  id: ID,
  reason: nullable(
    Type.String({ maxLength: 500, multiline: true, description: 'Why, for the log of what administrators do.' }),
  ),
});
export type ResumeInput = InputValueOf<typeof RESUME>;

/** What suspending and resuming throw. */
export const OF_SENDER_ERRORS = [InvalidInputError, SenderNotFoundError] as const;
export const OF_AGENT_ERRORS = [InvalidInputError, AgentNotFoundError] as const;

/** Of who is let go on at most so many agents hear at once; what waits for others is found by the next sweeps. */
const WOKEN_MAX = 1_000;

type Dependencies = {
  readonly suspensions: SuspensionStore;
  readonly agents: AgentStore;
  readonly senders: SenderStore;
  readonly requests: RequestStore;
  readonly directory: Directory;
  readonly changes: Changes;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Administrators stop senders and agents, and let them go on (docs/decisions/0048). Whoever is stopped asks nothing and
 * answers nothing; what is open waits, as long as its time allows. Both ways may be called again.
 */
export function createSuspensions(deps: Dependencies) {
  const { suspensions, agents, senders, requests, directory, changes, dispatcher, clock, log } = deps;

  async function senderOf(id: string): Promise<Sender> {
    const [sender = null] = await senders.byIds([id]);
    if (sender === null) throw new SenderNotFoundError();
    return sender;
  }

  async function agentOf(idOrHandle: string): Promise<Agent> {
    const agentId = await directory.idOf(idOrHandle);
    const [agent = null] = await agents.byIds([agentId]);
    if (agent === null) throw new AgentNotFoundError(idOrHandle);
    return agent;
  }

  /** Its keys are looked at anew on every node, for what they are used for next. */
  function announceHolder(holderId: string): void {
    changes.publish('registry', '', { event: 'holders-changed', holderIds: new Set([holderId]) });
  }

  /** Throws OF_SENDER_ERRORS. */
  async function suspendSender(principal: Principal | null, input: SuspendInput): Promise<Sender> {
    const by = requireAdmin(principal).name;
    check(SUSPEND, input);
    const sender = await senderOf(input.id);
    const { reason } = input;
    const at = clock.now();
    if (!(await suspensions.suspend('SENDER', sender.id, { reason, by, at }, actOf(principal, at, { reason })))) {
      throw new SenderNotFoundError();
    }
    announceHolder(sender.id);
    logAct(principal, 'suspend a sender', { senderId: sender.id, reason });
    return sender;
  }

  /** What waits goes on at once. Throws OF_SENDER_ERRORS. */
  async function resumeSender(principal: Principal | null, input: ResumeInput): Promise<Sender> {
    requireAdmin(principal);
    check(RESUME, input);
    const sender = await senderOf(input.id);
    const act = actOf(principal, clock.now(), { reason: input.reason ?? null });
    if (!(await suspensions.resume('SENDER', sender.id, act))) return sender;
    announceHolder(sender.id);
    logAct(principal, 'resume a sender', { senderId: sender.id, reason: input.reason ?? null });
    for (const agentId of await requests.agentsAwaitedBy(sender.id, WOKEN_MAX)) dispatcher.wakeEverywhere(agentId);
    return sender;
  }

  /** Its channels are closed on every node. Throws OF_AGENT_ERRORS. */
  async function suspendAgent(principal: Principal | null, input: SuspendInput): Promise<Agent> {
    const by = requireAdmin(principal).name;
    check(SUSPEND, input);
    const agent = await agentOf(input.id);
    const { reason } = input;
    const at = clock.now();
    if (!(await suspensions.suspend('AGENT', agent.id, { reason, by, at }, actOf(principal, at, { reason })))) {
      throw new AgentNotFoundError(input.id);
    }
    const suspended = { ...agent, isSuspended: true };
    announceAgentChange({ directory, changes }, suspended);
    announceHolder(agent.id);
    logAct(principal, 'suspend an agent', { agentId: agent.id, handle: agent.handle, reason });
    return suspended;
  }

  /** What waits goes on as soon as it has a channel again. Throws OF_AGENT_ERRORS. */
  async function resumeAgent(principal: Principal | null, input: ResumeInput): Promise<Agent> {
    requireAdmin(principal);
    check(RESUME, input);
    const agent = await agentOf(input.id);
    const resumed = { ...agent, isSuspended: false };
    const act = actOf(principal, clock.now(), { reason: input.reason ?? null });
    if (!(await suspensions.resume('AGENT', agent.id, act))) return resumed;
    announceAgentChange({ directory, changes }, resumed);
    announceHolder(agent.id);
    logAct(principal, 'resume an agent', { agentId: agent.id, handle: agent.handle, reason: input.reason ?? null });
    // What it asked of others waits as well.
    for (const agentId of await requests.agentsAwaitedBy(agent.id, WOKEN_MAX)) dispatcher.wakeEverywhere(agentId);
    return resumed;
  }

  const logAct = (principal: Principal | null, act: ActOfAdmin, on: object) => logActOfAdmin(log, principal, act, on);

  return {
    suspendSender,
    resumeSender,
    suspendAgent,
    resumeAgent,
    /** In the order of the ids; null for who is not suspended. For administrators. */
    of: (ids: readonly string[]): Promise<readonly (Suspension | null)[]> => suspensions.bySubjects(ids),
  };
}

function check(table: typeof SUSPEND | typeof RESUME, input: SuspendInput | ResumeInput): void {
  const issues = new InputIssues();
  issues.texts(table, input);
  issues.throwIfAny();
}
