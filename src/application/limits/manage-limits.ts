import { Type } from 'typebox';
import {
  AgentNotFoundError,
  InvalidInputError,
  RateLimitedError,
  SenderLimitNotFoundError,
} from '../../domain/errors.ts';
import { complete, type InputValueOf, id, withDefault } from '../../domain/fields.ts';
import {
  AGENT_LIMITS,
  type AgentLimits,
  SENDER_LIMIT,
  SENDER_LIMITS_MAX,
  type SenderLimit,
} from '../../domain/limits.ts';
import type { Principal } from '../../domain/principal.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireOwnerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { announceAgentChange } from '../agents/announce-agent-change.ts';
import type { Directory } from '../agents/directory.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import { InputIssues } from '../input-issues.ts';
import type { Clock } from '../ports/clock.ts';
import type { LimitsStore } from '../ports/limits-store.ts';
import type { Log } from '../ports/log.ts';
import type { Page, PageQuery } from '../ports/page.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { takePoint } from './take-point.ts';

const agentId = id("The agent's id or handle.");
const { senderId, blocked, ...ofSender } = Type.Omit(SENDER_LIMIT, ['senderName', 'updatedAt']).properties;

export const SET_AGENT_LIMITS = Type.Object({ agentId, ...Type.Omit(AGENT_LIMITS, ['version']).properties });
export type SetAgentLimitsInput = InputValueOf<typeof SET_AGENT_LIMITS>;

export const SET_SENDER_LIMIT = Type.Object({ agentId, senderId, ...ofSender, blocked: withDefault(false, blocked) });
export type SetSenderLimitInput = InputValueOf<typeof SET_SENDER_LIMIT>;

/** Whose limit is meant. */
export const SENDER_LIMIT_OF = Type.Pick(SET_SENDER_LIMIT, ['agentId', 'senderId']);
export type SenderLimitOf = InputValueOf<typeof SENDER_LIMIT_OF>;

/** What setting limits throws. AgentNotFoundError to admins only. */
export const SET_LIMITS_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/** What removing a sender's throws. */
export const REMOVE_SENDER_LIMIT_ERRORS = [SenderLimitNotFoundError] as const;

type Dependencies = {
  readonly limits: LimitsStore;
  readonly directory: Directory;
  readonly dispatcher: Pick<Dispatcher, 'wakeEverywhere'>;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** What an agent's owner, or an administrator, lets senders ask of it; never the agent's own key. */
export function createManageLimits(deps: Dependencies) {
  const { limits, directory, dispatcher, rateLimiter, changes, clock, log } = deps;

  /** In place of all numbers that were set before; what is left out is the platform's. Throws SET_LIMITS_ERRORS. */
  async function setAgentLimits(principal: Principal | null, input: SetAgentLimitsInput): Promise<AgentLimits> {
    const known = await requireOwnerOf(principal, input.agentId, directory.ownerOf);
    const { agentId, ...numbers } = complete(SET_AGENT_LIMITS, input);
    const issues = new InputIssues();
    issues.numbers(SET_AGENT_LIMITS, numbers);
    issues.throwIfAny();
    await takePoint(rateLimiter, 'publications', agentId);
    const at = clock.now();
    const set = await limits.setAgentLimits(agentId, numbers, at, actOf(known, at));
    if (set === null) throw new AgentNotFoundError(agentId);
    announceAgentChange({ directory, changes }, { id: agentId, handle: set.handle });
    logActOfAdmin(log, known, "set an agent's limits", { agentId });
    return set.limits;
  }

  /** In place of what was set for this sender before. Throws SET_LIMITS_ERRORS. */
  async function setSenderLimit(principal: Principal | null, input: SetSenderLimitInput): Promise<SenderLimit> {
    const known = await requireOwnerOf(principal, input.agentId, directory.ownerOf);
    const { agentId, ...limit } = complete(SET_SENDER_LIMIT, input);
    const issues = new InputIssues();
    issues.numbers(SET_SENDER_LIMIT, limit);
    issues.texts(SET_SENDER_LIMIT, input);
    if (!isUuid(limit.senderId)) issues.add('senderId', "must be a sender's id, a UUID in lower case");
    issues.throwIfAny();
    await takePoint(rateLimiter, 'publications', agentId);
    const at = clock.now();
    const set = await limits.setSenderLimit(agentId, limit, SENDER_LIMITS_MAX, at, actOf(known, at));
    if (set === null) throw new AgentNotFoundError(agentId);
    if (set === 'full') {
      const message = `the agent has limits of ${SENDER_LIMITS_MAX} senders already; remove one first`;
      throw new InvalidInputError([{ path: 'input.senderId', message }]);
    }
    announceSenderChange(agentId, set.handle);
    logActOfAdmin(log, known, "set a sender's limit", { agentId, senderId: limit.senderId });
    return set.limit;
  }

  /** The sender is like all others at the agent again. Throws REMOVE_SENDER_LIMIT_ERRORS. */
  async function removeSenderLimit(principal: Principal | null, input: SenderLimitOf): Promise<SenderLimit> {
    const known = await requireOwnerOf(principal, input.agentId, directory.ownerOf);
    const { agentId, senderId } = input;
    const removed = await limits.removeSenderLimit(agentId, senderId, actOf(known, clock.now()));
    if (removed === null) throw new SenderLimitNotFoundError();
    const handle = (await directory.agentOf(agentId))?.handle ?? agentId;
    announceSenderChange(agentId, handle);
    logActOfAdmin(log, known, "remove a sender's limit", { agentId, senderId });
    return removed;
  }

  /** What waits of a sender that is blocked no more goes on. */
  function announceSenderChange(agentId: string, handle: string): void {
    announceAgentChange({ directory, changes }, { id: agentId, handle });
    dispatcher.wakeEverywhere(agentId);
  }

  /** What the owner set for all senders; null where it did not. */
  async function limitsOfAgent(principal: Principal | null, agentId: string): Promise<AgentLimits | null> {
    await requireOwnerOf(principal, agentId, directory.ownerOf);
    return (await limits.rulesOf([agentId]))[0]?.limits ?? null;
  }

  /** What it set for single senders. */
  async function senderLimits(
    principal: Principal | null,
    agentId: string,
    page: PageQuery,
  ): Promise<Page<SenderLimit>> {
    await requireOwnerOf(principal, agentId, directory.ownerOf);
    return limits.senderLimits(agentId, page);
  }

  return { setAgentLimits, setSenderLimit, removeSenderLimit, limitsOfAgent, senderLimits };
}
