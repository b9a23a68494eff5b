import type { Request } from '../../domain/request.ts';
import { CountedKeys, type Release } from '../counted-keys.ts';
import type { ChannelRecord } from '../ports/presence-store.ts';
import type { LetIn } from '../ports/request-store.ts';
import { HeldRequests } from './held-requests.ts';

/** Why the platform closes a channel. The transports translate it into their close codes. */
export type ChannelCloseCause =
  | 'key-revoked'
  | 'key-expired'
  | 'agent-deleted'
  | 'agent-suspended'
  | 'shutting-down'
  | 'fenced'
  | 'too-slow';

/** Why a channel ends, and over how many seconds the agents of a node that stops are to spread until they come back. */
export type ChannelClose = { readonly cause: ChannelCloseCause; readonly reconnectWithinSeconds?: number };

/** The socket behind a channel: translates, decides nothing, never throws. */
export interface ChannelSink {
  deliver(request: Request): void;
  /** The request is over without this channel; its agent may stop working on it. */
  withdraw(requestId: string, reason: string): void;
  /** The platform ends the channel. */
  close(close: ChannelClose): void;
  /** Bytes sent that are not on the wire yet. */
  unsentBytes(): number;
}

/** What a channel is asked before it gets more. */
export type Room = {
  readonly unackedMax: number;
  readonly openMax: number;
  readonly unsentMax: number;
  readonly provenBefore: Date;
};

/** Whose request is to go to a channel; null for whoever has none there. */
export type Taker = { readonly senderId: string; readonly doOthersWait: boolean } | null;

/** This part of what a channel may hold is for senders that have nothing there. */
const NEWCOMERS_PART = 10;
export const newcomersPartOf = (openMax: number): number => Math.floor(openMax / NEWCOMERS_PART);

/**
 * One open channel of an agent on this node: what it holds, and how much more it may get. What is delivered before
 * its socket is attached waits, in order.
 */
export class Channel {
  readonly record: ChannelRecord;
  /** When the key that opened it stops opening anything; a rotation moves it. */
  keyExpiresAt: Date | null;
  readonly #held = new HeldRequests();
  /** By sender. Most channels are idle, so it is made when there is something. */
  #reservedOf: CountedKeys | null = null;
  #reservedSuspects = 0;
  #sink: ChannelSink | null = null;
  #waiting: ((sink: ChannelSink) => void)[] | null = null;
  #state: 'opening' | 'open' | 'ended' = 'opening';
  /** Since when, in monotonic milliseconds, its unsent backlog has stood above so many bytes; null while above none. */
  #aboveSince: Map<number, number> | null = null;
  #closedOver: ChannelCloseCause | null = null;

  constructor(record: ChannelRecord, keyExpiresAt: Date | null) {
    this.record = record;
    this.keyExpiresAt = keyExpiresAt;
  }

  /** Its row is written and its socket was not yet lost. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  get isOpening(): boolean {
    return this.#state === 'opening';
  }

  markReady(): void {
    if (this.#state === 'opening') this.#state = 'open';
  }

  get #reserved(): number {
    return this.#reservedOf?.total ?? 0;
  }

  /** Unfinished requests it holds or is about to get. */
  get load(): number {
    return this.#held.size + this.#reserved;
  }

  get holdsNothing(): boolean {
    return this.load === 0;
  }

  /**
   * Whether one more of the sender's may be sent before something is acked, finished or read. A suspect that was delivered
   * after `provenBefore` has the channel to itself.
   */
  hasRoom({ unackedMax, openMax, unsentMax, provenBefore }: Room, taker: Taker): boolean {
    return (
      this.isOpen &&
      this.#held.unacked + this.#reserved < unackedMax &&
      this.load < openMax &&
      this.#hasRoomOf(taker, unackedMax, openMax) &&
      this.unsentBytes < unsentMax &&
      this.#reservedSuspects === 0 &&
      !this.#held.hasSuspectSince(provenBefore)
    );
  }

  /** A sender has half of a channel, and while others wait half of what may be unacked; the last tenth is for newcomers. */
  #hasRoomOf(taker: Taker, unackedMax: number, openMax: number): boolean {
    const own = taker ? this.#held.ofSender(taker.senderId) + (this.#reservedOf?.count(taker.senderId) ?? 0) : 0;
    if (own === 0) return true;
    const share = Math.floor((taker?.doOthersWait ? unackedMax : openMax) / 2);
    return own < share && this.load < openMax - newcomersPartOf(openMax);
  }

  /** Whether a suspect would be beside none but other suspects. */
  get holdsOnlySuspects(): boolean {
    return this.#held.areSuspects && this.#reserved === 0;
  }

  /** Whether it holds the request and can be sent it once more. */
  mayDeliverAgain(requestId: string, unsentMax: number): boolean {
    return this.isOpen && this.holds(requestId) && this.unsentBytes < unsentMax;
  }

  get unsentBytes(): number {
    return this.#sink?.unsentBytes() ?? 0;
  }

  /** Reserves a slot while a claim is under way; answers the function that releases it. */
  reserve(senderId: string, isForSuspect = false): Release {
    const suspects = isForSuspect ? 1 : 0;
    this.#reservedOf ??= new CountedKeys();
    const release = this.#reservedOf.hold(senderId);
    this.#reservedSuspects += suspects;
    let isReserved = true;
    return () => {
      if (!isReserved) return;
      release();
      this.#reservedSuspects -= suspects;
      isReserved = false;
    };
  }

  attach(sink: ChannelSink): void {
    this.#sink = sink;
    const waiting = this.#waiting ?? [];
    this.#waiting = null;
    for (const send of waiting) send(sink);
  }

  /**
   * The claim is won: deliver it. Answers whether it is sent: no attempt is twice, and none that is over. What
   * goes out is as `asSent` makes it.
   */
  deliver(request: Request, asSent = (each: Request): Request => each): boolean {
    if (!this.#held.take(request)) return false;
    this.#send((sink) => sink.deliver(asSent(request)));
    return true;
  }

  /** Whether it was delivered here and is not acked yet. */
  awaitsAck(requestId: string): boolean {
    return this.#held.awaitsAck(requestId);
  }

  markAcked(requestId: string): void {
    this.#held.markAcked(requestId);
  }

  /** The request is over by what its agent said. */
  release(requestId: string): void {
    this.#held.release(requestId);
  }

  /** Another channel has the request, or may get it: whoever finishes it, the agent of this one is to be told. */
  passOn(requestId: string): void {
    this.#held.passOn(requestId);
  }

  /** Deliveries of the request up to that attempt are over, whether they have come yet or not. */
  ignoreUpTo(requestId: string, attempt: number): void {
    this.#held.ignoreUpTo(requestId, attempt);
  }

  /** The request is over without this channel. */
  withdraw(requestId: string, reason: string): void {
    this.#held.release(requestId);
    this.#send((sink) => sink.withdraw(requestId, reason));
  }

  holds(requestId: string): boolean {
    return this.#held.has(requestId);
  }

  /** Whether its agent may be working on the request, be it that it passed it on. */
  wasGiven(requestId: string): boolean {
    return this.#held.wasGiven(requestId);
  }

  /** Whether its agent may be working on any. */
  get wasGivenAny(): boolean {
    return this.#held.wasGivenAny;
  }

  /** The attempt of the request that it holds. */
  attemptOf(requestId: string): number | undefined {
    return this.#held.attemptOf(requestId);
  }

  /** What the request, which it holds, was let in by. */
  letIn(requestId: string): LetIn | undefined {
    return this.#held.letIn(requestId);
  }

  heldRequestIds(): readonly string[] {
    return this.#held.ids();
  }

  /** What it passed on and is not over, as far as it knows. */
  passedOnIds(): readonly string[] {
    return this.#held.passedOnIds();
  }

  /** Whether some of what it holds is being worked on. */
  hasAckedWork(): boolean {
    return this.#held.size > this.#held.unacked;
  }

  /** Whether its unsent backlog is above the mark, or was when it was last looked at: of most nothing has to be asked. */
  mayBeAbove(bytes: number): boolean {
    return this.#aboveSince !== null || this.unsentBytes > bytes;
  }

  /** How long, in monotonic milliseconds, its unsent backlog has been seen to stand above the mark. */
  timeAbove(bytes: number, now: number): number {
    if (this.unsentBytes <= bytes) {
      if (this.#aboveSince?.delete(bytes) && this.#aboveSince.size === 0) this.#aboveSince = null;
      return 0;
    }
    this.#aboveSince ??= new Map();
    const since = this.#aboveSince.get(bytes) ?? now;
    this.#aboveSince.set(bytes, since);
    return now - since;
  }

  /** The platform ends it, or has ended it. */
  get isClosing(): boolean {
    return this.#closedOver !== null;
  }

  /** Why the platform ends it, or has ended it. */
  get closedOver(): ChannelCloseCause | null {
    return this.#closedOver;
  }

  /** The platform ends it. Answers whether that is new: the first cause counts. */
  close(close: ChannelClose): boolean {
    if (this.#closedOver !== null) return false;
    this.#closedOver = close.cause;
    this.#send((sink) => sink.close(close));
    return true;
  }

  /** Its socket is gone. */
  markEnded(): void {
    this.#state = 'ended';
    this.#held.clear();
    this.#waiting = null;
  }

  #send(send: (sink: ChannelSink) => void): void {
    if (this.#sink) send(this.#sink);
    else {
      this.#waiting ??= [];
      this.#waiting.push(send);
    }
  }
}
