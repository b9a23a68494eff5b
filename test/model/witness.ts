import { expect } from 'vitest';
import type { ChannelRecord } from '../../src/application/ports/presence-store.ts';
import { isFinal, type Request, type RequestStatus } from '../../src/domain/request.ts';

/** Sees what senders, agents and watchers see, and holds it to what is promised. */
export class Witness {
  /** Request and attempt, to the channel that got it. */
  readonly #delivered = new Map<string, string>();
  readonly #ends = new Set<string>();
  readonly #changes = new Map<string, Map<number, string>>();
  readonly #outcomes = new Map<string, RequestStatus[]>();
  /** The newest revision that a poll was answered with. */
  readonly #told = new Map<string, number>();
  readonly #attempted = new Set<string>();
  readonly #deletedAgents = new Set<string>();
  readonly #violations: string[] = [];

  /** The request was delivered to a channel's socket. */
  seeDelivery({ id, attempts }: Request, channel: ChannelRecord): void {
    const name = `${id} attempt ${attempts}`;
    if (this.#delivered.has(name)) this.#violations.push(`${name} was delivered twice`);
    if (this.#ends.has(`${id} on ${channel.nodeId}`)) this.#violations.push(`${name} was delivered after its end`);
    this.#delivered.set(name, channel.id);
  }

  /** A node was told by its database that it is over. */
  seeEnd(id: string, nodeId: string): void {
    this.#ends.add(`${id} on ${nodeId}`);
  }

  /** Whether the request's latest attempt was delivered to the channel that holds it. */
  hasReached({ id, attempts, channelId }: Request): boolean {
    return channelId !== null && this.#delivered.get(`${id} attempt ${attempts}`) === channelId;
  }

  /** A node made a change, or read of it. */
  seeChange({ id, revision, status, attempts, channelId }: Request): void {
    const changes = this.#changes.get(id) ?? new Map<number, string>();
    this.#changes.set(id, changes);
    const change = `${status} attempts ${attempts} channel ${channelId}`;
    const known = changes.get(revision);
    if (known !== undefined && known !== change) {
      this.#violations.push(`${id} revision ${revision} is ${known} and ${change}`);
    }
    changes.set(revision, change);
  }

  /** The newest revision that whoever polled the request has been told. */
  toldSoFar(id: string): number {
    return this.#told.get(id) ?? 0;
  }

  /** A poll was answered; `toldBefore` is what others had been told when it began. */
  seePoll({ id, revision }: Request, toldBefore: number): void {
    if (revision < toldBefore) this.#violations.push(`${id} was told as revision ${toldBefore}, then as ${revision}`);
    this.#told.set(id, Math.max(this.toldSoFar(id), revision));
  }

  /** Somebody asked for an outcome; whether it was taken is not known yet, or ever. */
  seeAttempt(id: string): void {
    this.#attempted.add(id);
  }

  /** Somebody was told that their outcome was taken. */
  seeOutcome(id: string, status: RequestStatus): void {
    this.#outcomes.set(id, [...(this.#outcomes.get(id) ?? []), status]);
  }

  /** The agent is being deleted: what is open for it ends. */
  seeDeletion(agentId: string): void {
    this.#deletedAgents.add(agentId);
  }

  check(requests: readonly Request[]): void {
    expect(this.#violations).toEqual([]);
    for (const request of requests) this.#checkOne(request);
    const byId = new Map(requests.map((request) => [request.id, request]));
    for (const [name, channelId] of this.#delivered) {
      const [id = '', , attempt] = name.split(' ');
      const delivery = byId.get(id)?.deliveries.find((each) => each.attempt === Number(attempt));
      expect(delivery?.channelId, `${name} in the records`).toBe(channelId);
    }
  }

  #checkOne({ id, agentId, status, attempts, deliveries, revision, error }: Request): void {
    const described = `${id} ${status}`;
    expect(
      deliveries.map(({ attempt }) => attempt),
      described,
    ).toEqual(deliveries.map((_, at) => at + 1));
    expect(deliveries.length, described).toBe(attempts);
    const outcomes = this.#outcomes.get(id) ?? [];
    expect(outcomes.length, `${described}: told ${outcomes.join()}`).toBeLessThanOrEqual(1);
    const [told] = outcomes;
    if (told !== undefined) expect(told, described).toBe(status);
    // Nobody but the platform itself ends what nobody asked to be ended.
    else if (!this.#attempted.has(id)) {
      const endings = ['timeout', 'undeliverable', ...(this.#deletedAgents.has(agentId) ? ['agent_deleted'] : [])];
      expect(endings, described).toContain(error?.code);
    }
    const finals = [...(this.#changes.get(id) ?? [])].filter(([, change]) =>
      isFinal(change.split(' ')[0] as RequestStatus),
    );
    expect(finals.length, described).toBeLessThanOrEqual(1);
    for (const [at] of finals) expect(at, described).toBe(revision);
  }
}
