import { isFinal, type Request } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { HeldRequest, RequestStore } from '../ports/request-store.ts';
import { announce } from '../requests/announce.ts';
import type { ChannelHub } from './hub.ts';
import { type ChannelPlace, type Placement, Places } from './places.ts';
import type { ChannelSettings } from './settings.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly hub: ChannelHub;
  readonly requests: RequestStore;
  readonly presence: PresenceStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ChannelSettings;
  /** Whether another node may hold channels of an agent. */
  readonly hasOtherNodes: () => boolean;
};

/** Requests that are read in one go, with what they ask for. */
const BATCH = 64;

/**
 * Decides which channel gets which request, and hands over what is won. The claim in the database decides; what this
 * holds in memory only avoids asking in vain. Each agent's backlog is handed out by one loop at a time, oldest first.
 */
export class Dispatcher {
  readonly #deps: Dependencies;
  readonly #loops = new Map<string, { again: boolean; done: Promise<void> }>();
  /** Agents whose channels had no room for all that waited. */
  readonly #backlogged = new Set<string>();
  readonly #places: Places;

  constructor(deps: Dependencies) {
    this.#deps = deps;
    this.#places = new Places(deps);
    deps.hub.onWake = (agentId) => this.wake(agentId);
    deps.changes.subscribe('node', deps.nodeId, ({ event, request }) => {
      this.#noteChange(request);
      if (event === 'assigned') this.handAssigned(request);
    });
  }

  /**
   * Reserves a place for a new request. What waits already goes first: while the agent's backlog is being handed
   * out this waits for it, up to a second.
   */
  async place(agentId: string): Promise<Placement> {
    const { hub, clock } = this.#deps;
    const loop = this.#loops.get(agentId);
    if (loop) await withinMs(clock, 1_000, loop.done);
    if (hub.isShuttingDown) return this.#places.anywhere(agentId);
    const channels = [...hub.channelsOf(agentId)];
    if (channels.length === 0) {
      this.#backlogged.delete(agentId);
      // A node that started a moment ago may hold one, so the database is asked in any case.
      return this.#places.anywhere(agentId);
    }
    if (this.#loops.has(agentId) || this.#backlogged.has(agentId)) return { kind: 'queue' };
    if (!this.#deps.hasOtherNodes()) return this.#places.here(channels) ?? { kind: 'queue' };
    const placement = await this.#places.anywhere(agentId);
    return placement.kind === 'nobody' ? { kind: 'queue' } : placement;
  }

  /** The request is stored with a delivery that was placed here or on another node, which has heard of the change. */
  handOver(request: Request): void {
    if (request.nodeId === this.#deps.nodeId) this.handAssigned(request);
  }

  /** The agent may have something to claim: hands out its backlog, oldest first. */
  wake(agentId: string): void {
    const running = this.#loops.get(agentId);
    if (running) {
      running.again = true;
      return;
    }
    if (this.#deps.hub.channelsOf(agentId).size === 0) this.#backlogged.delete(agentId);
    else if (!this.#deps.hub.isShuttingDown) this.#start(agentId);
  }

  #start(agentId: string): void {
    const loop = { again: false, done: Promise.resolve() };
    this.#loops.set(agentId, loop);
    loop.done = this.#run(agentId, loop);
  }

  /** Tells others of the agent to look, too. */
  wakeEverywhere(agentId: string): void {
    this.wake(agentId);
    this.#deps.changes.publish('agent', agentId, { event: 'wake' });
  }

  /**
   * A request that the database said one of this node's channels holds: sends it, unless it was sent. What comes after
   * its lease has lapsed is left to the sweep, since it may be another channel's by now.
   */
  handAssigned(request: Request): void {
    const { hub, requests, changes, clock, log, nodeId, settings } = this.#deps;
    if (request.channelId === null || request.status !== 'DISPATCHED') return;
    const deliveredAt = request.deliveries.at(-1)?.deliveredAt.getTime() ?? 0;
    if (deliveredAt + settings.ackTimeoutMs <= clock.now().getTime()) return;
    const channel = hub.channel(request.channelId);
    if (channel && !hub.isShuttingDown) {
      channel.hand(request);
      return;
    }
    // It was assigned while the channel ended, or this node began to stop: give it back at once.
    const { channelId } = request;
    const at = clock.now();
    (channel ? requests.releaseUnacked(channelId, at) : requests.releaseChannel(channelId, at)).then(
      (released) => {
        for (const each of released) announce(changes, each, nodeId);
        this.wakeEverywhere(request.agentId);
      },
      (error) => log.warn({ err: error }, 'a request could not be given back yet'),
    );
  }

  /**
   * Makes up for hints that got lost: sends what was assigned to this node's channels and never arrived here, and lets
   * go of what they hold and the database gave to others or ended.
   */
  async reconcile(): Promise<void> {
    const { hub, requests, nodeId } = this.#deps;
    const held = hub.all().flatMap((channel) => channel.heldRequestIds());
    const assigned = await requests.heldByNode(nodeId);
    for (const request of assigned) if (request.status === 'ACKED') this.#noteChange(request);
    const assignedIds = new Set(assigned.map(({ id }) => id));
    const unsent = assigned.filter(({ id, agentId }) => !hub.holderOf(id, agentId)).map(({ id }) => id);
    const left = held.filter((id) => !assignedIds.has(id));
    if (unsent.length + left.length === 0) return;
    // Read once more: what was being handed over or finished meanwhile has moved on.
    const ids = [...unsent, ...left];
    for (let at = 0; at < ids.length; at += BATCH) {
      for (const request of await requests.byIds(ids.slice(at, at + BATCH))) {
        if (isFinal(request.status) || request.nodeId !== nodeId) this.#noteChange(request);
        else if (!hub.holderOf(request.id, request.agentId)) this.handAssigned(request);
      }
    }
  }

  async #run(agentId: string, loop: { again: boolean }): Promise<void> {
    try {
      do {
        loop.again = false;
        await this.#handOutBacklog(agentId);
      } while (loop.again);
    } catch (error) {
      // The sweep looks again.
      this.#deps.log.warn({ err: error, agentId }, 'an agent could not be given its requests yet');
    } finally {
      // In the same turn as the last look at `again`, so that no wake falls between the two.
      this.#loops.delete(agentId);
    }
  }

  async #handOutBacklog(agentId: string): Promise<void> {
    const { requests, clock, settings, hub } = this.#deps;
    for (;;) {
      const found = await requests.claimable(agentId, clock.now(), BATCH);
      const candidates = found.filter(({ attempts }) => attempts < settings.maxAttempts);
      if (candidates.length === 0 || hub.isShuttingDown) {
        this.#backlogged.delete(agentId);
        return;
      }
      const places = await this.#placesFor(candidates);
      if (places.length === 0) {
        this.#backlogged.add(agentId);
        return;
      }
      const claims = places.map(({ request, place }) => this.#claim(request, place));
      const claimed = (await Promise.all(claims)).filter((each) => each !== null);
      for (const request of claimed) this.handOver(request);
      // All went to others; what they leave is found by the next wake or sweep.
      if (claimed.length === 0) return;
    }
  }

  /** Places for the oldest of them, as many as there are. */
  async #placesFor(requests: readonly Request[]) {
    const places: { readonly request: Request; readonly place: ChannelPlace }[] = [];
    try {
      for (const request of requests) {
        const place = await this.#placeFor(request);
        if (!place) break;
        places.push({ request, place });
      }
      return places;
    } catch (error) {
      for (const { place } of places) place.release();
      throw error;
    }
  }

  /** The least loaded channel with room; one that let its lease lapse only if there is no other, on any node. */
  async #placeFor(request: Request): Promise<ChannelPlace | null> {
    const { hub, hasOtherNodes } = this.#deps;
    const channels = [...hub.channelsOf(request.agentId)];
    const other = this.#places.here(channels.filter(({ record }) => record.id !== request.channelId));
    if (other) return other;
    const holder = channels.find(({ record }) => record.id === request.channelId);
    if (!holder) return null;
    const elsewhere = hasOtherNodes() ? await this.#places.anywhere(request.agentId, request.channelId) : null;
    return elsewhere?.kind === 'channel' ? elsewhere : this.#places.again(holder, request.id);
  }

  async #claim(seen: Request, { ref, release }: ChannelPlace): Promise<Request | null> {
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

  /** A request that a channel of this node may hold changed. */
  #noteChange(request: HeldRequest & Partial<Pick<Request, 'error'>>): void {
    const { hub } = this.#deps;
    const channel = hub.holderOf(request.id, request.agentId);
    if (!channel) {
      // It may be over before its hand-over has come.
      const assigned = request.channelId === null ? undefined : hub.channel(request.channelId);
      if (isFinal(request.status)) assigned?.ignoreUpTo(request.id, request.attempts);
      return;
    }
    if (request.status === 'CANCELLED' || request.status === 'TIMEOUT') {
      channel.withdraw(request.id, request.error?.message ?? 'The request is over.');
    } else if (isFinal(request.status)) {
      channel.release(request.id);
    } else if (request.attempts < (channel.attemptOf(request.id) ?? 0)) {
      // A late hint of an attempt before the one that it holds.
      return;
    } else if (request.channelId !== channel.record.id) {
      channel.release(request.id);
    } else if (request.status === 'ACKED') {
      channel.markAcked(request.id);
    }
    if (this.#backlogged.has(request.agentId)) this.wake(request.agentId);
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
