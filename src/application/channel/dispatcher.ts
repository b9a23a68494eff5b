import { LRUCache } from 'lru-cache';
import { isFinal, maxLossesOf, type Request, SUSPECT_LOSSES } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { Tracing } from '../ports/tracing.ts';
import { announce } from '../requests/announce.ts';
import { recordDelivery } from '../requests/request-traces.ts';
import { AppliedChanges } from './applied-changes.ts';
import { Backlogs } from './backlogs.ts';
import type { NodeChannels } from './node-channels.ts';
import { releaseAll } from './release-all.ts';
import { RestlessAgents } from './restless-agents.ts';
import type { ChannelSettings } from './settings.ts';
import { type Assignment, type ChannelSlot, type Sending, Slots } from './slots.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly channels: NodeChannels;
  readonly cluster: ClusterView;
  readonly time: FollowedTime;
  readonly requests: RequestStore;
  readonly presence: PresenceStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly tracing: Tracing;
  readonly settings: ChannelSettings;
};

/** Requests that are read in one go, with what they ask for. */
const BATCH = 64;
/** A suspect may wait for so many ack timeouts until it is its turn; what else an agent that was woken waits for comes sooner. */
const WOKEN_ACK_TIMEOUTS = 2;
/** So long, in milliseconds, other nodes may not know yet that hints about an agent are wanted here. */
const OPENED_MS = 3_000;
/** Senders that are passed over, so that those behind them are seen. */
const PASSED_OVER_MAX = 1_024;
/** Agents of which is remembered whose turn was last. */
const TURNS_MAX = 10_000;

/**
 * Decides which channel gets which request, and delivers what is won. The claim in the database decides; what this
 * holds in memory only avoids asking in vain. Each agent's backlog is dispatched by one loop at a time, by rounds: one
 * request of each sender, the oldest first of each.
 */
export class Dispatcher {
  readonly #deps: Dependencies;
  readonly #loops = new Map<string, { again: boolean; done: Promise<void> }>();
  readonly #backlogs = new Backlogs();
  /** By agent: whose request was the last that was sent here. The next round begins behind that sender. */
  readonly #lastServed = new LRUCache<string, string>({ max: TURNS_MAX });
  /** Channels that requests were assigned to while they ended, by what of theirs is to be released. */
  readonly #toRelease = { unacked: new Set<string>(), all: new Set<string>() };
  readonly #slots: Slots;
  readonly #applied: AppliedChanges;
  /** Agents that are to be looked at again although nobody says so. */
  readonly restless: RestlessAgents;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.restless = new RestlessAgents(deps.clock);
    this.#slots = new Slots(deps);
    this.#applied = new AppliedChanges(deps.channels, (agentId, leftOf) => {
      if (this.#mayGoOn(agentId, leftOf)) this.wake(agentId);
    });
    deps.changes.subscribe('node', deps.nodeId, ({ event, request }) => {
      if (isFinal(request.status)) this.#applied.end(request);
      else this.#applied.change(request);
      if (event === 'assigned') this.deliverAssigned(request);
    });
  }

  /**
   * Reserves a slot for a new request. What waits already goes first: while the agent's backlog is being dispatched
   * this waits for it, up to a second.
   */
  async assign(agentId: string, senderId: string): Promise<Assignment> {
    const { channels, cluster, clock } = this.#deps;
    const loop = this.#loops.get(agentId);
    if (loop) await withinMs(clock, 1_000, loop.done);
    const alone = { senderId, doOthersWait: false };
    if (channels.isShuttingDown) return this.#slots.anywhere(agentId, alone);
    const own = [...channels.ofAgent(agentId)];
    if (own.length === 0) {
      this.#backlogs.clear(agentId);
      // A node that started a moment ago may hold one, so the database is asked in any case.
      return this.#slots.anywhere(agentId, alone);
    }
    if (this.#loops.has(agentId) || this.#backlogs.isBefore(agentId, senderId)) return { kind: 'queue' };
    const taker = { senderId, doOthersWait: this.#backlogs.has(agentId) };
    if (cluster.otherNodes === 0) return this.#slots.here(own, taker) ?? { kind: 'queue' };
    const best = cluster.isSurelyKnown() ? this.#slots.bestHere(agentId, own, taker) : null;
    if (best) return best;
    const assignment = await this.#slots.anywhere(agentId, taker);
    return assignment.kind === 'nobody' ? { kind: 'queue' } : assignment;
  }

  /** The agent opened a channel, here or on another node. */
  noteOpened(agentId: string): void {
    this.#slots.noteOpened(agentId);
    if (this.#deps.channels.ofAgent(agentId).size > 0) this.restless.add(agentId, OPENED_MS);
  }

  /** The request is stored with a delivery to a channel of this node or of another one, which has heard of the change. */
  deliver(request: Request): void {
    if (request.nodeId === this.#deps.nodeId) this.deliverAssigned(request);
  }

  /** Whether requests of the agent wait, as far as is known here: it was woken, and not all had room. */
  isBehind(agentId: string): boolean {
    return this.#loops.has(agentId) || this.#backlogs.has(agentId);
  }

  /** Whether what waits may find room since a request of that sender has left a channel, or one was acked (null). */
  #mayGoOn(agentId: string, leftOf: string | null): boolean {
    if (!this.#backlogs.has(agentId)) return false;
    if (this.#backlogs.mayGoOn(agentId, leftOf)) return true;
    return leftOf !== null && this.#slots.areNearlyFull([...this.#deps.channels.ofAgent(agentId)]);
  }

  /** The agent may have something to claim: dispatches its backlog. */
  wake(agentId: string): void {
    const running = this.#loops.get(agentId);
    if (running) {
      running.again = true;
      return;
    }
    if (this.#deps.channels.ofAgent(agentId).size === 0) this.#backlogs.clear(agentId);
    else if (!this.#deps.channels.isShuttingDown) this.#start(agentId);
  }

  #start(agentId: string): void {
    this.restless.add(agentId, WOKEN_ACK_TIMEOUTS * this.#deps.settings.ackTimeoutMs);
    const loop = { again: false, done: Promise.resolve() };
    this.#loops.set(agentId, loop);
    loop.done = this.#run(agentId, loop);
  }

  /** Wakes the agent on the other nodes, too. */
  wakeEverywhere(agentId: string): void {
    this.wake(agentId);
    this.#deps.changes.publish('agent', agentId, { event: 'wake' });
  }

  /**
   * A request that the database said one of this node's channels holds: sends it, unless it was sent. What comes after
   * its lease has lapsed is left to the sweep, since it may be another channel's by now.
   */
  deliverAssigned(request: Request): void {
    const { channels, metrics, settings, time, tracing } = this.#deps;
    if (request.channelId === null || request.status !== 'DISPATCHED') return;
    const deliveredAt = request.deliveries.at(-1)?.deliveredAt.getTime() ?? 0;
    if (deliveredAt + settings.ackTimeoutMs <= time.lapsedBy.getTime()) return;
    const channel = channels.get(request.channelId);
    if (channel && !channels.isShuttingDown) {
      if (channel.deliver(request, (sent) => recordDelivery(tracing, sent))) {
        this.#lastServed.set(request.agentId, request.senderId);
        metrics.deliveries.add();
        if (request.attempts > 1) metrics.redeliveries.add();
      }
      return;
    }
    // It was assigned while the channel ended, or this node began to stop.
    this.#releaseSoon(request.channelId, channel ? 'unacked' : 'all');
  }

  /** Releases what channels got too late, together with what others of this tick did. */
  #releaseSoon(channelId: string, what: 'unacked' | 'all'): void {
    const waiting = this.#toRelease[what];
    waiting.add(channelId);
    if (waiting.size > 1) return;
    queueMicrotask(() => {
      const { requests, changes, clock, log, nodeId } = this.#deps;
      const channelIds = [...waiting];
      waiting.clear();
      releaseAll(changes, nodeId, () =>
        what === 'unacked'
          ? requests.releaseUnacked(channelIds, clock.now())
          : requests.releaseChannels(
              channelIds.map((channelId) => ({ channelId, cause: null })),
              clock.now(),
            ),
      ).catch((error: unknown) => log.warn({ err: error }, 'requests could not be released yet'));
    });
  }

  /**
   * Makes up for hints that got lost: delivers what was assigned to this node's channels and never arrived here, and
   * releases what they hold and the database gave to others or ended.
   */
  async reconcile(): Promise<void> {
    const { channels, requests, nodeId } = this.#deps;
    const [held, passedOn]: [string[], string[]] = [[], []];
    for (const channel of channels.each()) {
      if (!channel.wasGivenAny) continue;
      held.push(...channel.heldRequestIds());
      passedOn.push(...channel.passedOnIds());
    }
    const assigned = await requests.heldByNode(nodeId);
    for (const request of assigned) if (request.status === 'ACKED') this.#applied.change(request);
    const assignedIds = new Set(assigned.map(({ id }) => id));
    const unsent = assigned.filter(({ id, agentId }) => !channels.holderOf(id, agentId)).map(({ id }) => id);
    const left = held.filter((id) => !assignedIds.has(id));
    if (unsent.length + left.length + passedOn.length === 0) return;
    // Read once more: what was being delivered or finished meanwhile has moved on.
    const ids = [...new Set([...unsent, ...left, ...passedOn])];
    while (ids.length > 0) {
      const some = await requests.someByIds(ids.splice(0, BATCH));
      ids.unshift(...some.left);
      for (const request of some.requests) {
        if (isFinal(request.status)) this.#applied.end(request);
        else if (request.nodeId !== nodeId) this.#applied.change(request);
        else if (!channels.holderOf(request.id, request.agentId)) this.deliverAssigned(request);
      }
    }
  }

  async #run(agentId: string, loop: { again: boolean }): Promise<void> {
    try {
      do {
        loop.again = false;
        await this.#dispatchBacklog(agentId);
      } while (loop.again);
    } catch (error) {
      // The next sweep wakes it again.
      this.#deps.log.warn({ err: error, agentId }, 'the requests of an agent could not be dispatched yet');
    } finally {
      // In the same turn as `again` was last read, so that no wake falls between the two.
      this.#loops.delete(agentId);
    }
  }

  async #dispatchBacklog(agentId: string): Promise<void> {
    const { requests, clock, settings, channels, time } = this.#deps;
    /** Those who have their share of each channel: what waits of them would hide what waits of others. */
    const passedOver = new Set<string>();
    for (;;) {
      const limits = { unacked: settings.maxAttempts, losses: maxLossesOf(settings.maxAttempts) };
      const times = { at: clock.now(), lapsedBy: time.lapsedBy, provenBefore: this.#slots.provenBefore() };
      const after = this.#lastServed.get(agentId);
      const candidates = await requests.claimable(agentId, limits, times, BATCH, after, [...passedOver]);
      // Where a lease seems to have lapsed, that may be because the time was set.
      if (candidates.some(({ status }) => status === 'DISPATCHED') && (await time.ask())) continue;
      if (channels.isShuttingDown) return this.#backlogs.clear(agentId);
      if (candidates.length === 0) {
        if (passedOver.size > 0) this.#backlogs.note(agentId, passedOver);
        else this.#backlogs.clear(agentId);
        return;
      }
      const { reserved, served, isFull, isSuspectLeft } = await this.#reserve(candidates, passedOver.size > 0);
      if (reserved.length === 0) {
        const seen = passedOver.size;
        for (const senderId of served) passedOver.add(senderId);
        const mayHideOthers = candidates.length === BATCH && passedOver.size > seen && seen < PASSED_OVER_MAX;
        if (!isFull && mayHideOthers) continue;
        const isAllSeen = !isFull && !isSuspectLeft && candidates.length < BATCH;
        return this.#backlogs.note(agentId, isAllSeen ? passedOver : 'anybody');
      }
      const claims = reserved.map(({ request, slot }) => this.#claim(request, slot));
      const claimed = (await Promise.all(claims)).filter((each) => each !== null);
      for (const request of claimed) this.deliver(request);
      // All went to others; what they leave is found by the next wake or sweep.
      if (claimed.length === 0) return;
    }
  }

  /**
   * Slots for the first of them, as many as there are for each sender. What its channel holds already is looked at in any
   * case: sent again there, it takes no room. `served` are senders that have their share of every channel.
   */
  async #reserve(requests: readonly Request[], doMoreWait: boolean) {
    const reserved: { readonly request: Request; readonly slot: ChannelSlot }[] = [];
    const doOthersWait = doMoreWait || requests.some(({ senderId }) => senderId !== requests[0]?.senderId);
    const served = new Set<string>();
    let [isFull, isSuspectLeft] = [false, false];
    try {
      for (const request of requests) {
        if (request.channelId === null && (isFull || served.has(request.senderId))) continue;
        const taker = { senderId: request.senderId, doOthersWait };
        const isSuspect = request.losses >= SUSPECT_LOSSES;
        const slot = isSuspect ? this.#slotForSuspect(request, taker) : await this.#slotFor(request, taker);
        if (slot) reserved.push({ request, slot });
        isSuspectLeft ||= isSuspect && slot === null;
        if (slot || isSuspect) continue;
        served.add(request.senderId);
        isFull ||= !this.#slots.haveRoom([...this.#deps.channels.ofAgent(request.agentId)]);
      }
      return { reserved, served, isFull, isSuspectLeft };
    } catch (error) {
      for (const { slot } of reserved) slot.release();
      throw error;
    }
  }

  /** The least loaded channel with room; one that let its lease lapse only if there is no other, on any node. */
  async #slotFor(request: Request, taker: Sending): Promise<ChannelSlot | null> {
    const { cluster } = this.#deps;
    const channels = [...this.#deps.channels.ofAgent(request.agentId)];
    const other = this.#slots.here(
      channels.filter(({ record }) => record.id !== request.channelId),
      taker,
    );
    if (other) return other;
    const holder = channels.find(({ record }) => record.id === request.channelId);
    if (!holder) return null;
    const elsewhere =
      cluster.otherNodes > 0 ? await this.#slots.anywhere(request.agentId, taker, request.channelId) : null;
    return elsewhere?.kind === 'channel' ? elsewhere : this.#slots.again(holder, request.id, taker);
  }

  /**
   * A channel where a suspect is beside none but others; after a while any one with room, so that it does not wait for
   * ever. Only channels of this node: each node offers it.
   */
  #slotForSuspect(request: Request, taker: Sending): ChannelSlot | null {
    const mayBeBesideOthers = request.updatedAt <= this.#slots.provenBefore();
    return this.#slots.hereForSuspect([...this.#deps.channels.ofAgent(request.agentId)], taker, mayBeBesideOthers);
  }

  async #claim(seen: Request, { ref, release }: ChannelSlot): Promise<Request | null> {
    const { requests, clock, settings, changes } = this.#deps;
    try {
      const at = clock.now();
      const lease = new Date(at.getTime() + settings.ackTimeoutMs);
      const claimed = await requests.claim(seen.id, seen.attempts, ref, at, lease);
      if (claimed.outcome !== 'changed') return null;
      announce(changes, claimed.request, seen.nodeId);
      return claimed.request;
    } finally {
      release();
    }
  }
}

/** Waits for the promise, but not longer. */
function withinMs(clock: Clock, ms: number, promise: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(ms, resolve);
    promise.finally(() => {
      stop();
      resolve();
    });
  });
}
