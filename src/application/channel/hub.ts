import { SuspendedError, TooManyChannelsError, UnauthenticatedError, UnavailableError } from '../../domain/errors.ts';
import { newId } from '../../domain/new-id.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import type { LossCause } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import { publishActivity } from '../changes/publish-activity.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { OpenKeys } from '../keys/open-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ChannelRecord, PresenceStore } from '../ports/presence-store.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { Channel, type ChannelClose, type ChannelCloseCause } from './channel.ts';
import type { ChannelEnds } from './channel-ends.ts';
import { ClosingPace } from './closing-pace.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { NodeChannels } from './node-channels.ts';
import { releaseAll } from './release-all.ts';
import type { ChannelSettings } from './settings.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly channels: NodeChannels;
  readonly cluster: ClusterView;
  readonly ends: ChannelEnds;
  readonly dispatcher: Dispatcher;
  readonly presence: PresenceStore;
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly openKeys: OpenKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ChannelSettings;
};

/** How long sockets may take to close before their channels are ended all the same, in milliseconds. */
const CLOSING_MS = 1_000;
const CHECK_EVERY_MS = 20;
/** When it is worth to try a fenced node again, in seconds. */
const FENCED_RETRY_SECONDS = 2;
/** How long a burst may stand above the bound on what is unsent: who reads has read it by then. */
const BURST_MS = 1_000;

/** Opens and ends this node's channels. Who gets which request is the dispatcher's business. */
export class ChannelHub {
  readonly #deps: Dependencies;
  readonly #wakeSubscriptions = new Map<string, () => void>();
  readonly #keyHolds = new Map<string, () => void>();

  constructor(deps: Dependencies) {
    this.#deps = deps;
    deps.changes.subscribe('registry', '', (change) => {
      if (change.event === 'keys-ended') {
        this.#closeWhere((each) => change.apiKeyIds.has(each.record.apiKeyId), 'key-revoked');
      } else if (change.event === 'agents-deleted') {
        const deleted = new Set(change.agents.map(({ id }) => id));
        this.#closeWhere((each) => deleted.has(each.record.agentId), 'agent-deleted');
      } else if (change.event === 'key-ends-moved') {
        for (const channel of deps.channels.each()) {
          channel.keyExpiresAt = change.newEnds.get(channel.record.apiKeyId) ?? channel.keyExpiresAt;
        }
      } else if (change.event === 'agents-changed') {
        this.closeSuspended(change.agents.filter(({ isSuspended }) => isSuspended).map(({ id }) => id));
      }
    });
  }

  get isShuttingDown(): boolean {
    return this.#deps.channels.isShuttingDown;
  }

  /**
   * Opens a channel: the agent is ACTIVE when this answers, and deliveries begin; they wait until the transport
   * attaches its socket. Throws TooManyChannelsError over the limit, SuspendedError for an agent that an administrator has
   * stopped, UnauthenticatedError for one that was deleted, UnavailableError while the node is shutting down or fenced.
   */
  async open(principal: AgentPrincipal, transport: ChannelRecord['transport']): Promise<Channel> {
    if (this.isShuttingDown) throw new UnavailableError('This node is shutting down; connect again.', 1);
    const { ends, dispatcher, cluster, clock, nodeId, changes } = this.#deps;
    if (cluster.isFenced())
      throw new UnavailableError('This node cannot reach its database; connect again.', FENCED_RETRY_SECONDS);
    if (ends.isFull) throw new UnavailableError('Too many channels ended that are not recorded yet.', 1);
    if (principal.isSuspended) throw new SuspendedError('agent');
    const { agentId, apiKeyId, keyExpiresAt } = principal;
    const openedAt = clock.now();
    const channel = new Channel({ id: newId(), agentId, nodeId, apiKeyId, transport, openedAt }, keyExpiresAt);
    // Known here before the row is: another node may assign to it the moment the row is there.
    this.#add(channel);
    const isAwaited = await this.#insert(channel);
    channel.markReady();
    changes.publish('agent', agentId, { event: 'opened' });
    publishActivity(changes, agentId, { event: 'agent-status', agentId, status: 'ACTIVE', at: openedAt });
    const isFirstHere = this.#deps.channels.ofAgent(agentId).size === 1;
    const { log } = this.#deps;
    log.info({ agentId, channelId: channel.record.id, transport }, 'a channel was opened');
    if (isFirstHere) log.info({ agentId }, 'an agent is ACTIVE');
    if (isAwaited || dispatcher.isBehind(agentId)) dispatcher.wake(agentId);
    // The node may have been told to stop while the row was written.
    if (this.isShuttingDown) channel.close({ cause: 'shutting-down' });
    return channel;
  }

  /**
   * The channel's socket is gone: its requests go to whoever is there. `cause` is why, unless the platform closed it.
   * Never throws; what fails is made up for later.
   */
  async end(channel: Channel, cause: LossCause = 'disconnected'): Promise<void> {
    if (!this.#markEnded(channel, cause)) return;
    // A node without a database would try, and tell of it, for each of thousands; maintenance does it once for all.
    if (!this.#deps.cluster.isFenced()) await this.#recordEnds();
  }

  /** Closes what its key no longer opens, and what its agent does not read. */
  closeOverdue(): void {
    const { channels, clock, settings } = this.#deps;
    const now = clock.now();
    const monotonic = clock.monotonic();
    const { unsentMaxBytes, unsentHighWaterBytes, ackTimeoutMs } = settings;
    for (const channel of channels.each()) {
      if (channel.keyExpiresAt !== null && channel.keyExpiresAt <= now) this.#close(channel, 'key-expired');
      if (!channel.mayBeAbove(Math.min(unsentMaxBytes, unsentHighWaterBytes))) continue;
      const isTooSlow =
        channel.timeAbove(unsentMaxBytes, monotonic) > BURST_MS ||
        channel.timeAbove(unsentHighWaterBytes, monotonic) > ackTimeoutMs;
      if (isTooSlow) this.#close(channel, 'too-slow');
    }
  }

  /** Closes the channels of agents that an administrator has stopped; what they hold waits. */
  closeSuspended(agentIds: readonly string[]): void {
    if (agentIds.length === 0) return;
    const suspended = new Set(agentIds);
    this.#closeWhere((each) => suspended.has(each.record.agentId), 'agent-suspended');
  }

  /**
   * Sends every agent elsewhere: opens and claims nothing any more, releases what was not acked, lets what was acked
   * be finished for a while, and closes, not all at once where there are many. Answers when every channel has ended and
   * the database knows.
   */
  async shutDown(): Promise<void> {
    const { channels, settings, log, clock } = this.#deps;
    channels.beginShutdown();
    log.info({ channels: channels.size }, 'all channels are being closed');
    const pace = new ClosingPace({ channels: channels.size, graceMs: settings.shutdownGraceMs, clock });
    const close: ChannelClose = { cause: 'shutting-down', reconnectWithinSeconds: pace.reconnectWithinSeconds };
    const closeSome = (mayClose: (channel: Channel) => boolean) => {
      pace.take((most) => {
        let closed = 0;
        for (const channel of channels.all()) {
          if (closed >= most) break;
          if (mayClose(channel) && channel.close(close)) closed += 1;
        }
        return closed;
      });
      return channels.size === 0;
    };
    const closeIdle = () => closeSome((each) => !each.hasAckedWork());
    closeIdle();
    await this.#releaseUnacked();
    await this.#until(closeIdle, settings.shutdownGraceMs);
    await this.#until(() => closeSome(() => true), CLOSING_MS);
    for (const channel of channels.all()) this.#markEnded(channel, null);
    await this.#recordEnds();
  }

  /** Sends every agent elsewhere at once: others may have what they hold by now. What they opened is recorded when it can be. */
  closeAllFenced(): void {
    this.#closeWhere(() => true, 'fenced');
  }

  /** Answers whether requests may wait for it. */
  async #insert(channel: Channel): Promise<boolean> {
    const { presence, settings, ends } = this.#deps;
    const { record } = channel;
    const aliveSince = new Date(record.openedAt.getTime() - settings.nodeTimeoutMs);
    try {
      const inserted = await presence.insertChannel(record, settings.channelsPerAgentMax, aliveSince);
      if (inserted === 'inserted' || inserted === 'awaited') return inserted === 'awaited';
      this.#remove(channel);
      if (inserted === 'suspended') throw new SuspendedError('agent');
      throw inserted === 'too-many'
        ? new TooManyChannelsError(settings.channelsPerAgentMax)
        : new UnauthenticatedError();
    } catch (error) {
      // Where the answer got lost the row may stand all the same.
      if (this.#remove(channel)) ends.add(record, null);
      throw error;
    }
  }

  /** Releases what those channels hold that are not closed yet, and that their agents have not acked. */
  async #releaseUnacked(): Promise<void> {
    const { channels, requests, changes, nodeId, clock, log } = this.#deps;
    const working = channels.all().filter((each) => each.hasAckedWork());
    if (working.length === 0) return;
    const ids = working.map(({ record }) => record.id);
    try {
      await releaseAll(changes, nodeId, () => requests.releaseUnacked(ids, clock.now()));
    } catch (error) {
      log.warn({ err: error }, 'requests could not be released; their leases end by themselves');
    }
  }

  /** Answers whether that is new. */
  #markEnded(channel: Channel, cause: LossCause | null): boolean {
    const isNew = this.#remove(channel);
    if (!isNew) return false;
    const { ends, cluster, clock, log } = this.#deps;
    ends.add(channel.record, channel.isClosing ? null : cause);
    const { id, agentId, transport, openedAt } = channel.record;
    const ms = clock.now().getTime() - openedAt.getTime();
    const fields = { agentId, channelId: id, transport, ms, cause: channel.closedOver ?? cause ?? 'shutting-down' };
    // A node that stops, or is fenced, has thousands, and says so itself.
    if (this.isShuttingDown || cluster.isFenced()) log.debug(fields, 'a channel ended');
    else log.info(fields, 'a channel ended');
    return true;
  }

  #recordEnds(): Promise<void> {
    // It was told in the log, and maintenance tries again.
    return this.#deps.ends.record().catch(() => {});
  }

  /** Waits until the condition holds, but not longer. */
  #until(condition: () => boolean, ms: number): Promise<void> {
    if (condition()) return Promise.resolve();
    const { clock } = this.#deps;
    return new Promise((resolve) => {
      const stops = [clock.every(CHECK_EVERY_MS, () => condition() && done()), clock.after(ms, () => done())];
      const done = () => {
        for (const stop of stops) stop();
        resolve();
      };
    });
  }

  #add(channel: Channel): void {
    const { channels, openKeys, changes, dispatcher } = this.#deps;
    const { agentId, id, apiKeyId } = channel.record;
    this.#keyHolds.set(id, openKeys.hold({ apiKeyId, holderId: agentId, expiresAt: channel.keyExpiresAt }));
    if (!channels.add(channel)) return;
    this.#wakeSubscriptions.set(
      agentId,
      changes.subscribe('agent', agentId, ({ event }) => {
        if (event === 'wake') dispatcher.wake(agentId);
        else dispatcher.noteOpened(agentId);
      }),
    );
  }

  /** Answers whether it was there. */
  #remove(channel: Channel): boolean {
    const { channels } = this.#deps;
    const { agentId, id } = channel.record;
    if (!channels.get(id)) return false;
    channel.markEnded();
    this.#keyHolds.get(id)?.();
    this.#keyHolds.delete(id);
    if (channels.remove(channel)) {
      this.#wakeSubscriptions.get(agentId)?.();
      this.#wakeSubscriptions.delete(agentId);
    }
    return true;
  }

  #closeWhere(picks: (channel: Channel) => boolean, cause: ChannelCloseCause): void {
    for (const channel of this.#deps.channels.all()) if (picks(channel)) this.#close(channel, cause);
  }

  #close(channel: Channel, cause: ChannelCloseCause): void {
    if (!channel.close({ cause })) return;
    const { id, agentId } = channel.record;
    this.#deps.log.debug({ channelId: id, agentId, cause }, 'a channel is being closed');
  }
}
