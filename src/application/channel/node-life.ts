import type { RequestFailure } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { KeyUse } from '../keys/key-use.ts';
import type { OpenKeys } from '../keys/open-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { RequestStore } from '../ports/request-store.ts';
import type { SharedTime } from '../ports/shared-time.ts';
import { announce } from '../requests/announce.ts';
import type { RequestWatches } from '../requests/request-watches.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { ChannelHub } from './hub.ts';
import type { ChannelSettings } from './settings.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly hub: ChannelHub;
  readonly dispatcher: Dispatcher;
  readonly requests: RequestStore;
  readonly presence: PresenceStore;
  readonly keyUse: KeyUse;
  readonly openKeys: OpenKeys;
  readonly watches: RequestWatches;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly sharedTime: SharedTime;
  readonly log: Log;
  readonly settings: ChannelSettings;
};

const SWEEP_EVERY_MS = 500;
/** Rows that one sweep changes in one statement; what is left comes with the next one. */
const SWEEP_BATCH = 500;
/** Every so many sweeps what hints should have told is looked at all the same; while they get lost, every second. */
const THOROUGH_EVERY = 20;
const THOROUGH_EVERY_WITHOUT_HINTS = 2;
const RENEWALS_PER_TIMEOUT = 4;
/** What two clocks may differ by before one is set, besides what the asking took. */
const CLOCKS_MAY_DIFFER_MS = 5;
const CLOCKS_DIFFER_MUCH_MS = 1_000;

export const EXPIRED: RequestFailure = { code: 'timeout', message: 'The request expired before it was finished.' };

/** What ended up nowhere, although it was handed to a channel so many times. */
export const undeliverable = (attempts: number): RequestFailure => ({
  code: 'undeliverable',
  message: `The agent did not take the request in ${attempts} attempts.`,
});

/**
 * This node's share of what keeps the platform true while hints get lost, sockets die and nodes crash: it renews the
 * node's presence, and sweeps. Every node sweeps; conditional updates see to it that each change happens once.
 */
export class NodeLife {
  readonly #deps: Dependencies;
  readonly #stops: (() => void)[] = [];
  #otherNodes = 0;
  /** Fewer other nodes than before: what they did last may not have been told. */
  #isOneGone = false;
  #renewing: Promise<void> | null = null;
  #sweeping: Promise<void> | null = null;
  #sweeps = 0;
  #signsOfLifeSent = new Map<string, number>();
  /** When the node was last renewed, and since when it has been without a gap; monotonic. */
  #renewedAt = Number.NEGATIVE_INFINITY;
  #steadySince = Number.NEGATIVE_INFINITY;
  #followsSharedTime = false;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Whether other nodes were alive at the last renewal. */
  hasOtherNodes(): boolean {
    return this.#otherNodes > 0;
  }

  /** Whether what this node publishes reaches every node. */
  reachesAll(): boolean {
    return this.#deps.changes.reachableNodes() >= this.#otherNodes;
  }

  async start(): Promise<void> {
    const { presence, clock, nodeId, settings, changes } = this.#deps;
    await this.#followSharedTime();
    await presence.registerNode(nodeId, clock.now());
    await this.renew();
    // From here on the others tell this node what they do.
    await changes.inForce(this.#otherNodes);
    this.#stops.push(
      changes.onGap(() => {
        // The next sweep is a thorough one.
        this.#sweeps = 0;
      }),
      clock.every(settings.nodeTimeoutMs / RENEWALS_PER_TIMEOUT, () => {
        this.#renewing ??= this.renew().finally(() => {
          this.#renewing = null;
        });
      }),
      clock.every(SWEEP_EVERY_MS, () => {
        this.#sweeping ??= this.sweep().finally(() => {
          this.#sweeping = null;
        });
      }),
    );
  }

  /** Ends the timers and waits for what they started. */
  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.#renewing;
    await this.#sweeping;
    await this.#deps.keyUse.flush().catch(() => {});
    await this.#deps.presence.removeNode(this.#deps.nodeId).catch(() => {});
  }

  /** Renews the node's row, with the signs of life of its agents. */
  async renew(): Promise<void> {
    const { presence, hub, clock, nodeId, settings, log, keyUse } = this.#deps;
    const begun = clock.monotonic();
    try {
      await this.#followSharedTime();
      const at = clock.now();
      const channels = hub.all().filter((each) => each.isOpen);
      const { otherNodes } = await presence.renewNode(
        nodeId,
        channels.map(({ record }) => record),
        this.#newSignsOfLife(),
        at,
        settings.nodeTimeoutMs,
      );
      if (otherNodes < this.#otherNodes) {
        this.#isOneGone = true;
        this.#sweeps = 0;
      }
      this.#otherNodes = otherNodes;
      this.#noteRenewal(begun);
      for (const each of channels) if (!each.isOpen) await presence.removeChannel(each.record.id);
      await hub.reportMissedEnds();
      await keyUse.flush();
    } catch (error) {
      log.warn({ err: error }, "this node's presence could not be renewed yet");
    }
  }

  /** Ends what is over, and hands out what nobody was woken for. */
  async sweep(): Promise<void> {
    const { requests, hub, dispatcher, openKeys, watches, changes, clock, log, settings } = this.#deps;
    try {
      hub.closeOverdue();
      const thoroughEvery = this.reachesAll() ? THOROUGH_EVERY : THOROUGH_EVERY_WITHOUT_HINTS;
      if (this.#sweeps++ % thoroughEvery === 0) {
        await openKeys.recheck();
        await dispatcher.reconcile();
        // A node that dies between a change and its hint tells nobody.
        if (this.#otherNodes > 0 || this.#isOneGone) await watches.look();
        this.#isOneGone = false;
      }
      await this.#forgetDeadNodes();
      const at = clock.now();
      for (const request of await requests.expire(EXPIRED, at, SWEEP_BATCH)) announce(changes, request);
      const failed = await requests.failUndeliverable(
        settings.maxAttempts,
        undeliverable(settings.maxAttempts),
        at,
        SWEEP_BATCH,
      );
      for (const request of failed) announce(changes, request);
      const agentIds = hub.agentIds();
      if (agentIds.length > 0) {
        for (const agentId of await requests.agentsWithClaimable(agentIds, at)) dispatcher.wake(agentId);
      }
    } catch (error) {
      log.warn({ err: error }, 'a sweep failed; the next one makes up for it');
    }
  }

  /** Sets this node's time by the database's, where the two differ by more than the asking can tell. */
  async #followSharedTime(): Promise<void> {
    const { clock, sharedTime, log } = this.#deps;
    const asked = clock.monotonic();
    const time = await sharedTime();
    const uncertainty = (clock.monotonic() - asked) / 2;
    const now = time.getTime() + uncertainty;
    const difference = clock.now().getTime() - now;
    if (this.#followsSharedTime && Math.abs(difference) <= uncertainty + CLOCKS_MAY_DIFFER_MS) return;
    this.#followsSharedTime = true;
    if (Math.abs(difference) > CLOCKS_DIFFER_MUCH_MS) {
      log.warn({ differenceMs: Math.round(difference) }, "this node's clock is not the database's, which is followed");
    }
    clock.follow(new Date(now));
  }

  #noteRenewal(begun: number): void {
    const now = this.#deps.clock.monotonic();
    const gap = now - Math.min(begun, this.#renewedAt);
    if (Number.isFinite(gap) && gap > this.#longestGap) this.#steadySince = now;
    this.#renewedAt = now;
  }

  /**
   * Forgets nodes that do not renew. Not while this node itself has had trouble to: then the others had it, too, most
   * likely, and hold their channels all the same; they get a timeout's time to say so.
   */
  async #forgetDeadNodes(): Promise<void> {
    const { presence, changes, clock, settings } = this.#deps;
    const now = clock.monotonic();
    if (now - this.#renewedAt > this.#longestGap || now - this.#steadySince < settings.nodeTimeoutMs) return;
    const at = clock.now();
    const aliveSince = new Date(at.getTime() - settings.nodeTimeoutMs);
    for (const agentId of await presence.forgetStaleNodes(aliveSince)) {
      changes.publish('agent', agentId, { event: 'wake' });
      const [connected] = await presence.areConnected([agentId], aliveSince);
      if (connected === false)
        changes.publish('activity', '', { event: 'agent-status', agentId, status: 'INACTIVE', at });
    }
  }

  /** Between two renewals, while all is well. */
  get #longestGap(): number {
    return (2 * this.#deps.settings.nodeTimeoutMs) / RENEWALS_PER_TIMEOUT;
  }

  #newSignsOfLife(): ReadonlyMap<string, Date> {
    const sent = new Map<string, number>();
    const fresh = new Map<string, Date>();
    for (const { record, lastSignOfLifeAt } of this.#deps.hub.all()) {
      const at = lastSignOfLifeAt.getTime();
      if (at > (sent.get(record.agentId) ?? 0)) sent.set(record.agentId, at);
    }
    for (const [agentId, at] of sent) {
      if (at > (this.#signsOfLifeSent.get(agentId) ?? 0)) fresh.set(agentId, new Date(at));
    }
    this.#signsOfLifeSent = sent;
    return fresh;
  }
}
