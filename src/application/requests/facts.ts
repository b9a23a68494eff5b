import type { Agent } from '../../domain/agent.ts';
import type { JsonObject } from '../../domain/contract.ts';
import type { PolicyNeed } from '../../domain/policy.ts';
import type { SenderActivity } from '../../domain/sender.ts';
import type { Facts } from '../../domain/verdict.ts';
import type { AgentDocuments, Directory } from '../agents/directory.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Enforcement } from '../ports/enforcement.ts';
import type { Log } from '../ports/log.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { SenderStore } from '../ports/sender-store.ts';

type Dependencies = {
  readonly directory: Directory;
  readonly senders: SenderStore;
  readonly agents: AgentStore;
  readonly requests: RequestStore;
  readonly enforcement: Enforcement;
  readonly clock: Clock;
  readonly log: Log;
};

type Asked = {
  readonly senderId: string;
  readonly senderKind: 'sender' | 'agent';
  readonly action: string;
  readonly params: JsonObject;
  /** The request is stored, so that whatever is counted has it in already. @default false */
  readonly isStored?: boolean;
  /** As in Facts. @default nobody was asked */
  readonly approved?: ReadonlySet<number> | null;
  /** What is in force, where whoever asks has that already. @default what the directory knows */
  readonly documents?: Pick<AgentDocuments, 'contract' | 'policies'>;
};

export type FactsOf = ReturnType<typeof createFactsOf>;

/**
 * What stages may use when a request to the agent is decided about, for real or as a trial. What only some policies
 * name is read only where the active ones do. A read that fails leaves the fact unknown, and so denies.
 */
export function createFactsOf({ directory, senders, agents, requests, enforcement, clock, log }: Dependencies) {
  return async ({ id, handle }: Pick<Agent, 'id' | 'handle'>, given: Asked): Promise<Facts['request']> => {
    const { isStored = false, approved = null, documents, ...asked } = given;
    const { contract, policies } = documents ?? (await directory.documentsOf(id));
    const needs = policies === null ? NOTHING : enforcement.needsOf(policies);
    const now = clock.now();
    const known = { ...asked, contract, policies, approved, agent: { id, handle }, now };
    // Most policies ask for nothing of the sender.
    if (needs.size === 0) {
      return { ...known, senderRegisteredAt: null, senderActivity: null, agentRequestsLastMinute: null };
    }
    const [senderRegisteredAt, senderActivity, agentRequestsLastMinute] = await Promise.all([
      needs.has('registration') ? unlessItFails('registration', registrationOf(asked)) : null,
      ACTIVITY.some((need) => needs.has(need))
        ? unlessItFails('activity', activityOf(asked.senderId, id, now, needs, isStored))
        : null,
      needs.has('agentLastMinute') ? unlessItFails('requests of all', lastMinuteOf(id, now, isStored)) : null,
    ]);
    return { ...known, senderRegisteredAt, senderActivity, agentRequestsLastMinute };
  };

  async function registrationOf({
    senderId,
    senderKind,
  }: Pick<Asked, 'senderId' | 'senderKind'>): Promise<Date | null> {
    const [registered] = await (senderKind === 'agent' ? agents : senders).byIds([senderId]);
    return registered?.createdAt ?? null;
  }

  /** With the present request, which may not be stored yet. */
  async function activityOf(
    senderId: string,
    agentId: string,
    now: Date,
    needs: ReadonlySet<PolicyNeed>,
    isStored: boolean,
  ): Promise<SenderActivity> {
    const windowMs = needs.has('lastDay') ? DAY_MS : needs.has('lastHour') ? HOUR_MS : MINUTE_MS;
    const { lastMinute, lastHour, lastDay, open } = await requests.countOfSender(senderId, agentId, now, windowMs);
    const withThis = (count: number | null) => (count === null || isStored ? count : count + 1);
    return {
      lastMinute: withThis(lastMinute),
      lastHour: withThis(lastHour),
      lastDay: withThis(lastDay),
      open: withThis(open),
    };
  }

  /** Of everybody, with the present request. */
  async function lastMinuteOf(agentId: string, now: Date, isStored: boolean): Promise<number | null> {
    const counted = await requests.countOfAgent(agentId, new Date(now.getTime() - MINUTE_MS));
    return counted === null || isStored ? counted : counted + 1;
  }

  async function unlessItFails<Fact>(name: string, fact: Promise<Fact>): Promise<Fact | null> {
    try {
      return await fact;
    } catch (error) {
      log.warn({ err: error, fact: name }, 'what policies ask for could not be read; they deny');
      return null;
    }
  }
}

const NOTHING: ReadonlySet<PolicyNeed> = new Set();
const ACTIVITY = ['lastMinute', 'lastHour', 'lastDay', 'open'] as const satisfies readonly PolicyNeed[];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
