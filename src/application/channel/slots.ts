import { LRUCache } from 'lru-cache';
import { CountedKeys, type Release } from '../counted-keys.ts';
import type { Clock } from '../ports/clock.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import type { ChannelRef } from '../ports/request-store.ts';
import { type Channel, newcomersPartOf, type Taker } from './channel.ts';
import type { NodeChannels } from './node-channels.ts';
import type { ChannelSettings } from './settings.ts';

type Dependencies = {
  readonly nodeId: string;
  readonly channels: NodeChannels;
  readonly presence: PresenceStore;
  readonly clock: Clock;
  readonly settings: ChannelSettings;
};

/** That an agent has all its channels on this node is believed for so long, in milliseconds, and of so many agents. */
const ALL_HERE_MS = 1_000;
const ALL_HERE_MAX = 10_000;

/** Whose request is to get a slot. */
export type Sending = NonNullable<Taker>;

/** A channel with room, on this node or another; `release` ends the reservation of its slot. */
export type ChannelSlot = { readonly kind: 'channel'; readonly ref: ChannelRef; readonly release: Release };

/** Where a new request may go at once. */
export type Assignment =
  | ChannelSlot
  /** A channel is there, but older requests come first or none has room: store it, then wake the agent. */
  | { readonly kind: 'queue' }
  | { readonly kind: 'nobody' };

/** Finds slots for requests, where the fewest are unfinished, and reserves them while the requests are being stored. */
export class Slots {
  readonly #deps: Dependencies;
  /** By channel of another node: requests that are being stored for it, so that the database does not count them yet. */
  readonly #underWay = new CountedKeys();
  /** By agent: when the database last knew of no channel on another node, in monotonic milliseconds. */
  readonly #allHereAt = new LRUCache<string, number>({ max: ALL_HERE_MAX });
  /** Channels that were opened: what was read before one of them is not believed. */
  #opened = 0;

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** In one of these channels of this node. */
  here(channels: readonly Channel[], taker: Sending): ChannelSlot | null {
    const best = this.#leastLoaded(channels, taker);
    return best && reserve(best, taker);
  }

  /** Whether one of them has room for a sender that has nothing there. */
  haveRoom(channels: readonly Channel[]): boolean {
    return channels.some((each) => this.#hasRoom(each, null));
  }

  /** Whether one of them is about as full as those may make it that have something there. */
  areNearlyFull(channels: readonly Channel[]): boolean {
    const { openMax } = this.#deps.settings;
    return channels.some(({ load }) => load >= openMax - 2 * newcomersPartOf(openMax));
  }

  /**
   * The same where no channel of another node can hold fewer: one here holds nothing, or the agent has none elsewhere,
   * as was read a moment ago. Whoever opens one says so.
   */
  bestHere(agentId: string, channels: readonly Channel[], taker: Sending): ChannelSlot | null {
    const best = this.#leastLoaded(channels, taker);
    const allHereAt = this.#allHereAt.get(agentId) ?? Number.NEGATIVE_INFINITY;
    const areAllHere = this.#deps.clock.monotonic() - allHereAt < ALL_HERE_MS;
    return best && (best.holdsNothing || areAllHere) ? reserve(best, taker) : null;
  }

  /** The agent opened a channel. */
  noteOpened(agentId: string): void {
    this.#opened += 1;
    this.#allHereAt.delete(agentId);
  }

  /**
   * The same for a suspect, beside none but other suspects; and nothing is put beside it while it is on probation. Its
   * sender's share does not count: suspects come one at a time, so that all others would wait for whoever has it.
   */
  hereForSuspect(channels: readonly Channel[], taker: Sending, mayBeBesideOthers: boolean): ChannelSlot | null {
    const fitting = channels.filter(
      (each) => this.#hasRoom(each, null) && (mayBeBesideOthers || each.holdsOnlySuspects),
    );
    const [best] = fitting.sort((a, b) => a.load - b.load);
    return best ? reserve(best, taker, true) : null;
  }

  /** In the channel that holds the request already: sent again it takes no more room than it does. */
  again(holder: Channel, requestId: string, taker: Sending): ChannelSlot | null {
    const maySendAgain = holder.mayDeliverAgain(requestId, this.#deps.settings.unsentHighWaterBytes);
    return maySendAgain || this.#hasRoom(holder, taker) ? reserve(holder, taker) : null;
  }

  /**
   * In any channel of the agent that the database knows, on whichever node: for a new request, which comes after those
   * that wait, or for one that was delivered before and is not to go to that channel again. Only a channel's own node
   * knows what each sender has there, so in those of others nobody gets more than a sender may have alone. Who knows that
   * others wait has seen to it that it comes in its turn.
   */
  async anywhere(agentId: string, taker: Sending, notIn: string | null = null): Promise<Assignment> {
    const { presence, clock, settings, channels, nodeId } = this.#deps;
    const aliveSince = new Date(clock.now().getTime() - settings.nodeTimeoutMs);
    const [begun, opened] = [clock.monotonic(), this.#opened];
    const stored = await presence.channelsOf(agentId, aliveSince);
    const areAllHere = stored.length > 0 && stored.every(({ channel }) => channel.nodeId === nodeId);
    if (areAllHere && opened === this.#opened) this.#allHereAt.set(agentId, begun);
    const known = stored
      // One that ended here a moment ago may still have its row.
      .filter(({ channel }) => channel.id !== notIn && (channel.nodeId !== nodeId || channels.get(channel.id)))
      .map(({ channel, openRequests, holdsSuspect }) => ({
        record: channel,
        holdsSuspect,
        load: channels.get(channel.id)?.load ?? openRequests + this.#underWay.count(channel.id),
      }))
      .sort((a, b) => a.load - b.load);
    if (known.length === 0) return { kind: 'nobody' };
    if (notIn === null && !taker.doOthersWait && stored.some(({ isAwaited }) => isAwaited)) return { kind: 'queue' };
    const elsewhereMax = Math.min(settings.unackedMax, Math.ceil(settings.openMax / 2));
    for (const { record, load, holdsSuspect } of known) {
      const channel = channels.get(record.id);
      if (channel) {
        if (!channels.isShuttingDown && this.#hasRoom(channel, taker)) return reserve(channel, taker);
      } else if (load < elsewhereMax && !holdsSuspect) {
        const ref = { channelId: record.id, nodeId: record.nodeId };
        return { kind: 'channel', ref, release: this.#underWay.hold(record.id) };
      }
    }
    return { kind: 'queue' };
  }

  /** A suspect that was delivered before has been held for long enough without harm. */
  provenBefore(): Date {
    const { clock, settings } = this.#deps;
    return new Date(clock.now().getTime() - settings.ackTimeoutMs);
  }

  #leastLoaded(channels: readonly Channel[], taker: Sending): Channel | null {
    let best: Channel | null = null;
    for (const channel of channels) {
      if (this.#hasRoom(channel, taker) && (!best || channel.load < best.load)) best = channel;
    }
    return best;
  }

  #hasRoom(channel: Channel, taker: Taker): boolean {
    const { unackedMax, openMax, unsentHighWaterBytes: unsentMax } = this.#deps.settings;
    return channel.hasRoom({ unackedMax, openMax, unsentMax, provenBefore: this.provenBefore() }, taker);
  }
}

function reserve(channel: Channel, { senderId }: Sending, isForSuspect = false): ChannelSlot {
  const ref = { channelId: channel.record.id, nodeId: channel.record.nodeId };
  return { kind: 'channel', ref, release: channel.reserve(senderId, isForSuspect) };
}
