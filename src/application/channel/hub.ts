import { v7 as newId } from 'uuid';
import { TooManyChannelsError, UnavailableError } from '../../domain/errors.ts';
import type { AgentPrincipal } from '../../domain/principal.ts';
import type { Changes } from '../changes/changes.ts';
import type { OpenKeys } from '../keys/open-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ChannelRecord, PresenceStore } from '../ports/presence-store.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { announce } from '../requests/announce.ts';
import { Channel, type ChannelCloseCause } from './channel.ts';
import type { ChannelSettings } from './settings.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly presence: PresenceStore;
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly openKeys: OpenKeys;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: ChannelSettings;
};

/** How long the goodbyes of closed channels are waited for, in milliseconds. */
const GOODBYE_MS = 1_000;
const LOOK_EVERY_MS = 20;
/** How long a burst may stand above the bound on what is unsent: who reads has read it by then. */
const BURST_MS = 1_000;

/**
 * This node's channels, and nobody else's: opening, ending, and finding them. Who gets which request is the
 * dispatcher's business.
 */
export class ChannelHub {
  readonly #deps: Dependencies;
  readonly #byId = new Map<string, Channel>();
  readonly #byAgent = new Map<string, Set<Channel>>();
  readonly #wakeSubscriptions = new Map<string, () => void>();
  readonly #keyHolds = new Map<string, () => void>();
  /** Ended here, but the database did not hear of it yet. */
  readonly #unreportedEnds = new Map<string, ChannelRecord>();
  #isShuttingDown = false;
  /** Called when an agent may have something to claim. */
  onWake: (agentId: string) => void = () => {};

  constructor(deps: Dependencies) {
    this.#deps = deps;
    deps.changes.subscribe('registry', '', (change) => {
      if (change.event === 'keys-ended') {
        this.#closeWhere((each) => change.apiKeyIds.has(each.record.apiKeyId), 'key-revoked');
      } else if (change.event === 'agents-deleted') {
        const deleted = new Set(change.agents.map(({ id }) => id));
        this.#closeWhere((each) => deleted.has(each.record.agentId), 'agent-deleted');
      }
    });
  }

  get isShuttingDown(): boolean {
    return this.#isShuttingDown;
  }

  /**
   * Opens a channel: the agent is ACTIVE when this answers, and deliveries begin; they wait until the transport
   * attaches its socket. Throws TooManyChannelsError over the limit, UnavailableError while shutting down.
   */
  async open(principal: AgentPrincipal, transport: ChannelRecord['transport']): Promise<Channel> {
    if (this.#isShuttingDown) throw new UnavailableError('This node is shutting down; connect again.', 1);
    const { presence, clock, settings, nodeId, changes } = this.#deps;
    const { agentId, apiKeyId, keyExpiresAt } = principal;
    const openedAt = clock.now();
    const channel = new Channel({ id: newId(), agentId, nodeId, apiKeyId, transport, openedAt }, keyExpiresAt);
    const aliveSince = new Date(openedAt.getTime() - settings.nodeTimeoutMs);
    // Known here before the row is: another node may assign to it the moment the row is there.
    this.#add(channel);
    try {
      if (!(await presence.insertChannel(channel.record, settings.channelsPerAgentMax, aliveSince))) {
        throw new TooManyChannelsError(settings.channelsPerAgentMax);
      }
    } catch (error) {
      channel.markEnded();
      this.#remove(channel);
      // Where the answer got lost the row may stand all the same.
      if (!(error instanceof TooManyChannelsError)) this.#unreportedEnds.set(channel.record.id, channel.record);
      throw error;
    }
    channel.markReady();
    changes.publish('activity', '', { event: 'agent-status', agentId, status: 'ACTIVE', at: openedAt });
    this.onWake(agentId);
    // The node may have been told to stop while the row was written.
    if (this.#isShuttingDown) channel.close('shutting-down');
    return channel;
  }

  /** The channel's socket is gone: its requests go to whoever is there. Never throws; what fails is made up for later. */
  async end(channel: Channel): Promise<void> {
    if (!this.#byId.has(channel.record.id)) return;
    channel.markEnded();
    this.#remove(channel);
    this.#unreportedEnds.set(channel.record.id, channel.record);
    await this.#reportEnd(channel.record);
  }

  /** Reports ends that the database did not hear of, because it was away. */
  async reportMissedEnds(): Promise<void> {
    for (const record of [...this.#unreportedEnds.values()]) await this.#reportEnd(record);
  }

  /** Its agent was heard of. */
  noteSignOfLife(channel: Channel): void {
    channel.lastSignOfLifeAt = this.#deps.clock.now();
  }

  channel(id: string): Channel | undefined {
    return this.#byId.get(id);
  }

  channelsOf(agentId: string): ReadonlySet<Channel> {
    return this.#byAgent.get(agentId) ?? NO_CHANNELS;
  }

  all(): readonly Channel[] {
    return [...this.#byId.values()];
  }

  agentIds(): readonly string[] {
    return [...this.#byAgent.keys()];
  }

  holderOf(requestId: string, agentId: string): Channel | undefined {
    for (const channel of this.channelsOf(agentId)) if (channel.holds(requestId)) return channel;
    return undefined;
  }

  /** Closes what its key no longer opens, and what its agent does not read. */
  closeOverdue(): void {
    const { clock, settings } = this.#deps;
    const now = clock.now();
    this.#closeWhere((each) => each.keyExpiresAt !== null && each.keyExpiresAt <= now, 'key-expired');
    const monotonic = clock.monotonic();
    this.#closeWhere(
      (each) =>
        each.timeAbove(settings.unsentMaxBytes, monotonic) > BURST_MS ||
        each.timeAbove(settings.unsentHighWaterBytes, monotonic) > settings.ackTimeoutMs,
      'too-slow',
    );
  }

  /**
   * Sends every agent elsewhere: opens and claims nothing any more, hands back what was not acked, lets what was acked
   * be finished for a while, and closes. Answers when every channel has ended.
   */
  async shutDown(): Promise<void> {
    const { settings, log, requests, clock } = this.#deps;
    this.#isShuttingDown = true;
    for (const channel of this.all()) {
      if (!channel.hasAckedWork()) {
        channel.close('shutting-down');
        continue;
      }
      try {
        await this.#handBack(channel.record, () => requests.releaseUnacked(channel.record.id, clock.now()));
      } catch (error) {
        log.warn({ err: error }, 'requests could not be handed back; their leases end by themselves');
      }
    }
    await this.#until(() => {
      for (const channel of this.all()) if (!channel.hasAckedWork()) channel.close('shutting-down');
      return this.#byId.size === 0;
    }, settings.shutdownGraceMs);
    this.#closeWhere(() => true, 'shutting-down');
    await this.#until(() => this.#byId.size === 0, GOODBYE_MS);
    for (const channel of this.all()) await this.end(channel);
  }

  /** Waits until the condition holds, but not longer. */
  #until(condition: () => boolean, ms: number): Promise<void> {
    if (condition()) return Promise.resolve();
    const { clock } = this.#deps;
    return new Promise((resolve) => {
      const stops = [clock.every(LOOK_EVERY_MS, () => condition() && done()), clock.after(ms, () => done())];
      const done = () => {
        for (const stop of stops) stop();
        resolve();
      };
    });
  }

  #add(channel: Channel): void {
    const { agentId, id } = channel.record;
    this.#byId.set(id, channel);
    this.#keyHolds.set(id, this.#deps.openKeys.hold(channel.record.apiKeyId));
    const channels = this.#byAgent.get(agentId);
    if (channels) {
      channels.add(channel);
      return;
    }
    this.#byAgent.set(agentId, new Set([channel]));
    this.#wakeSubscriptions.set(
      agentId,
      this.#deps.changes.subscribe('agent', agentId, () => this.onWake(agentId)),
    );
  }

  #remove(channel: Channel): void {
    const { agentId, id } = channel.record;
    this.#byId.delete(id);
    this.#keyHolds.get(id)?.();
    this.#keyHolds.delete(id);
    const channels = this.#byAgent.get(agentId);
    channels?.delete(channel);
    if (channels?.size !== 0) return;
    this.#byAgent.delete(agentId);
    this.#wakeSubscriptions.get(agentId)?.();
    this.#wakeSubscriptions.delete(agentId);
  }

  async #reportEnd(record: ChannelRecord): Promise<void> {
    const { id, agentId } = record;
    const { presence, requests, changes, clock, log, settings } = this.#deps;
    try {
      await presence.removeChannel(id);
      await this.#handBack(record, () => requests.releaseChannel(id, clock.now()));
      this.#unreportedEnds.delete(id);
      const at = clock.now();
      const [connected] = await presence.areConnected([agentId], new Date(at.getTime() - settings.nodeTimeoutMs));
      if (connected === false)
        changes.publish('activity', '', { event: 'agent-status', agentId, status: 'INACTIVE', at });
    } catch (error) {
      log.warn({ err: error, channelId: id }, 'the end of a channel could not be recorded yet');
    }
  }

  /** Releases until nothing is left to release, and tells of what was. */
  async #handBack(
    { agentId, nodeId }: ChannelRecord,
    release: () => ReturnType<RequestStore['releaseChannel']>,
  ): Promise<void> {
    const { changes } = this.#deps;
    for (;;) {
      const released = await release();
      if (released.length === 0) return;
      for (const request of released) announce(changes, request, nodeId);
      changes.publish('agent', agentId, { event: 'wake' });
    }
  }

  #closeWhere(picks: (channel: Channel) => boolean, cause: ChannelCloseCause): void {
    for (const channel of this.all()) {
      if (!picks(channel) || !channel.close(cause)) continue;
      const { id, agentId } = channel.record;
      this.#deps.log.info({ channelId: id, agentId, cause }, 'a channel is being closed');
    }
  }
}

const NO_CHANNELS: ReadonlySet<Channel> = new Set();
