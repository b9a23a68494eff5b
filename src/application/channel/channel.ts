import { type Request, SUSPECT_LOSSES } from '../../domain/request.ts';
import type { ChannelRecord } from '../ports/presence-store.ts';

/** Why the platform closes a channel. The transports translate it into their close codes. */
export type ChannelCloseCause = 'key-revoked' | 'key-expired' | 'agent-deleted' | 'shutting-down' | 'too-slow';

/** The socket behind a channel: translates, decides nothing, never throws. */
export interface ChannelSink {
  deliver(request: Request): void;
  /** The request is over without the agent; it may stop working on it. */
  withdraw(requestId: string, reason: string): void;
  /** The platform ends the channel. */
  close(cause: ChannelCloseCause): void;
  /** Bytes sent that are not on the wire yet. */
  unsentBytes(): number;
}

type Held = { readonly attempt: number; acked: boolean; readonly suspectSince: Date | null };

/** What a channel is asked before it gets more. */
export type Room = { readonly unackedMax: number; readonly unsentMax: number; readonly provenBefore: Date };

/** Released requests that a channel remembers, so that a hint that comes late does not bring them back. */
const RELEASED_MAX = 1_024;

/**
 * One open channel of an agent on this node: what it holds, and how much more it may get. What is delivered before
 * its socket is attached waits, in order.
 */
export class Channel {
  readonly record: ChannelRecord;
  /** When the key that opened it stops being valid. */
  readonly keyExpiresAt: Date | null;
  lastHeartbeatAt: Date;
  readonly #held = new Map<string, Held>();
  /** The last attempt of what it released, the oldest first. */
  readonly #released = new Map<string, number>();
  #unacked = 0;
  #reserved = 0;
  #suspects = 0;
  #reservedSuspects = 0;
  #sink: ChannelSink | null = null;
  #waiting: ((sink: ChannelSink) => void)[] = [];
  #state: 'opening' | 'open' | 'ended' = 'opening';
  /** Since when, in monotonic milliseconds, its unsent backlog has stood above so many bytes. */
  readonly #aboveSince = new Map<number, number>();
  #isClosing = false;

  constructor(record: ChannelRecord, keyExpiresAt: Date | null) {
    this.record = record;
    this.keyExpiresAt = keyExpiresAt;
    this.lastHeartbeatAt = record.openedAt;
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

  /** Unfinished requests it holds or is about to get. */
  get load(): number {
    return this.#held.size + this.#reserved;
  }

  get holdsNothing(): boolean {
    return this.load === 0;
  }

  /**
   * Whether one more may be sent before something is acked or read. A suspect that was delivered after `provenBefore`
   * has the channel to itself.
   */
  hasRoom({ unackedMax, unsentMax, provenBefore }: Room): boolean {
    return (
      this.isOpen &&
      this.#unacked + this.#reserved < unackedMax &&
      this.unsentBytes < unsentMax &&
      !this.#isOnProbation(provenBefore)
    );
  }

  /** Whether a suspect would be beside none but other suspects. */
  get holdsOnlySuspects(): boolean {
    return this.#held.size === this.#suspects && this.#reserved === 0;
  }

  #isOnProbation(provenBefore: Date): boolean {
    if (this.#reservedSuspects > 0) return true;
    if (this.#suspects === 0) return false;
    for (const { suspectSince } of this.#held.values()) if (suspectSince && suspectSince > provenBefore) return true;
    return false;
  }

  /** Whether it holds the request and can be sent it once more. */
  mayDeliverAgain(requestId: string, unsentMax: number): boolean {
    return this.isOpen && this.holds(requestId) && this.unsentBytes < unsentMax;
  }

  get unsentBytes(): number {
    return this.#sink?.unsentBytes() ?? 0;
  }

  /** Reserves a slot while a claim is under way; answers the function that releases it. */
  reserve(isForSuspect = false): () => void {
    const suspects = isForSuspect ? 1 : 0;
    this.#reserved += 1;
    this.#reservedSuspects += suspects;
    let isReserved = true;
    return () => {
      if (!isReserved) return;
      this.#reserved -= 1;
      this.#reservedSuspects -= suspects;
      isReserved = false;
    };
  }

  attach(sink: ChannelSink): void {
    this.#sink = sink;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const send of waiting) send(sink);
  }

  /** The claim is won: deliver it. No attempt is sent twice, and none that is over. */
  deliver(request: Request): void {
    const seen = this.attemptOf(request.id) ?? this.#released.get(request.id) ?? 0;
    if (seen >= request.attempts) return;
    this.release(request.id);
    const suspectSince = request.losses >= SUSPECT_LOSSES ? request.updatedAt : null;
    this.#held.set(request.id, { attempt: request.attempts, acked: false, suspectSince });
    if (suspectSince) this.#suspects += 1;
    this.#unacked += 1;
    this.#send((sink) => sink.deliver(request));
  }

  markAcked(requestId: string): void {
    const held = this.#held.get(requestId);
    if (!held || held.acked) return;
    held.acked = true;
    this.#unacked -= 1;
  }

  /** It no longer holds the request. */
  release(requestId: string): void {
    const held = this.#held.get(requestId);
    if (!held) return;
    this.#held.delete(requestId);
    if (!held.acked) this.#unacked -= 1;
    if (held.suspectSince) this.#suspects -= 1;
    this.ignoreUpTo(requestId, held.attempt);
  }

  /** Deliveries of the request up to that attempt are over, whether they have come yet or not. */
  ignoreUpTo(requestId: string, attempt: number): void {
    this.#released.delete(requestId);
    this.#released.set(requestId, attempt);
    if (this.#released.size <= RELEASED_MAX) return;
    for (const oldest of this.#released.keys()) {
      this.#released.delete(oldest);
      return;
    }
  }

  withdraw(requestId: string, reason: string): void {
    this.release(requestId);
    this.#send((sink) => sink.withdraw(requestId, reason));
  }

  holds(requestId: string): boolean {
    return this.#held.has(requestId);
  }

  /** The attempt of the request that it holds. */
  attemptOf(requestId: string): number | undefined {
    return this.#held.get(requestId)?.attempt;
  }

  heldRequestIds(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Whether some of what it holds is being worked on. */
  hasAckedWork(): boolean {
    return this.#held.size > this.#unacked;
  }

  /** How long, in monotonic milliseconds, its unsent backlog has been seen to stand above the mark. */
  timeAbove(bytes: number, now: number): number {
    if (this.unsentBytes <= bytes) {
      this.#aboveSince.delete(bytes);
      return 0;
    }
    const since = this.#aboveSince.get(bytes) ?? now;
    this.#aboveSince.set(bytes, since);
    return now - since;
  }

  /** The platform ends it, or has ended it. */
  get isClosing(): boolean {
    return this.#isClosing;
  }

  /** The platform ends it. Answers whether that is new: the first cause counts. */
  close(cause: ChannelCloseCause): boolean {
    if (this.#isClosing) return false;
    this.#isClosing = true;
    this.#send((sink) => sink.close(cause));
    return true;
  }

  /** Its socket is gone. */
  markEnded(): void {
    this.#state = 'ended';
    this.#held.clear();
    this.#released.clear();
    this.#unacked = 0;
    this.#suspects = 0;
    this.#waiting = [];
  }

  #send(send: (sink: ChannelSink) => void): void {
    if (this.#sink) send(this.#sink);
    else this.#waiting.push(send);
  }
}
