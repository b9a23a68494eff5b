import type { Agent } from '../../domain/agent.ts';
import type { PolicySet } from '../../domain/policy.ts';
import { ACTIVITY_MAX, type SenderActivity } from '../../domain/sender.ts';
import type { Facts } from '../../domain/verdict.ts';
import type { Ports } from '../ports/ports.ts';
import type { DecidedRequest, TimelineEntry } from '../ports/request-store.ts';

type FactsThen = Omit<Facts['request'], 'policies' | 'contract'>;

/** Of the agent's requests, newest first: what senders asked for is counted among them. */
const TIMELINE_MAX = 10_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * What stages could use when stored requests were decided about: `now` is when each was submitted, and a sender's
 * requests are counted as of then. Counts are unknown, so that rules that name them deny, where they reach back to
 * before the agent's last 10,000 requests; what was deleted since counts for nothing.
 */
export async function createFactsThen(
  { agents, senders, requests, enforcement }: Pick<Ports, 'agents' | 'senders' | 'requests' | 'enforcement'>,
  { id, handle }: Pick<Agent, 'id' | 'handle'>,
  policies: PolicySet,
) {
  const needs = enforcement.needsOf(policies);
  const needsCounts = needs.size > (needs.has('registration') ? 1 : 0);
  const timeline = needsCounts ? new Timeline(await requests.timeline(id, TIMELINE_MAX)) : null;

  /** In the order of the requests. */
  return async (decided: readonly DecidedRequest[]): Promise<readonly FactsThen[]> => {
    const ids = [...new Set(decided.map(({ senderId }) => senderId))];
    const [ofAgents, ofSenders] = [await agents.byIds(ids), await senders.byIds(ids)];
    const registered = new Map(ids.map((each, at) => [each, { agent: ofAgents[at], sender: ofSenders[at] }]));
    return decided.map(({ senderId, action, params, createdAt }) => {
      const { agent, sender } = registered.get(senderId) ?? {};
      return {
        senderId,
        senderKind: agent ? 'agent' : 'sender',
        senderRegisteredAt: agent?.createdAt ?? sender?.createdAt ?? null,
        senderActivity: timeline?.activityOf(senderId, createdAt) ?? null,
        agentRequestsLastMinute: timeline?.lastMinuteAt(createdAt) ?? null,
        agent: { id, handle },
        now: createdAt,
        action,
        params: params.value,
        approved: null,
      };
    });
  };
}

/** When senders asked one agent for something, and until when that was open. */
class Timeline {
  readonly #bySender = new Map<string, TimelineEntry[]>();
  /** When each was submitted, the newest first. */
  readonly #times: readonly number[];
  /** Nothing is known of what came before. */
  readonly #from: number;

  /** Newest first. */
  constructor(entries: readonly TimelineEntry[]) {
    for (const entry of entries) {
      const own = this.#bySender.get(entry.senderId) ?? [];
      own.push(entry);
      this.#bySender.set(entry.senderId, own);
    }
    this.#times = entries.map(({ createdAt }) => createdAt.getTime());
    this.#from = entries.length < TIMELINE_MAX ? Number.NEGATIVE_INFINITY : (entries.at(-1)?.createdAt.getTime() ?? 0);
  }

  /** How many were sent within the minute up to that moment, what was asked at that moment included. */
  lastMinuteAt(at: Date): number | null {
    const until = at.getTime();
    const [first, after] = [this.#newerThan(until), this.#newerThan(until - MINUTE_MS)];
    return until - MINUTE_MS >= this.#from && after - first <= ACTIVITY_MAX ? after - first : null;
  }

  /** How many are newer than that. */
  #newerThan(time: number): number {
    let [low, high] = [0, this.#times.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? 0) > time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Up to that moment, what was asked at that moment included. */
  activityOf(senderId: string, at: Date): SenderActivity {
    const until = at.getTime();
    const counts = { minute: 0, hour: 0, day: 0, open: 0 };
    for (const { createdAt, finishedAt } of this.#bySender.get(senderId) ?? []) {
      const age = until - createdAt.getTime();
      if (age < 0) continue;
      if (age < MINUTE_MS) counts.minute += 1;
      if (age < HOUR_MS) counts.hour += 1;
      if (age < DAY_MS) counts.day += 1;
      if (finishedAt === null || finishedAt.getTime() > until || age === 0) counts.open += 1;
    }
    const known = (count: number, since: number) => (since >= this.#from && count <= ACTIVITY_MAX ? count : null);
    return {
      lastMinute: known(counts.minute, until - MINUTE_MS),
      lastHour: known(counts.hour, until - HOUR_MS),
      lastDay: known(counts.day, until - DAY_MS),
      open: known(counts.open, this.#from),
    };
  }
}
