import { type Request, SUSPECT_LOSSES } from '../../domain/request.ts';
import type { LetIn } from '../ports/request-store.ts';

type Held = LetIn & {
  readonly attempt: number;
  readonly senderId: string;
  acked: boolean;
  readonly suspectSince: Date | null;
};

/** Released requests that are remembered, so that a hint that comes late does not bring them back. */
const RELEASED_MAX = 1_024;
/** Requests that went to other channels and are not over, as far as is remembered. */
const PASSED_ON_MAX = 256;

/** What one channel was given: what it holds, what went to others meanwhile, and what is over. */
export class HeldRequests {
  // Most channels are idle, so what they would remember things in is made when there is something.
  #held: Map<string, Held> | null = null;
  /** The last attempt of what was released, the oldest first. */
  #released: Map<string, number> | null = null;
  /** What its agent may still work on although another channel has it by now, or may get it; the oldest first. */
  #passedOn: Set<string> | null = null;
  /** How many of each sender are held. */
  #bySender: Map<string, number> | null = null;
  #unacked = 0;
  #suspects = 0;

  get size(): number {
    return this.#held?.size ?? 0;
  }

  get unacked(): number {
    return this.#unacked;
  }

  /** How many of the sender's are held. */
  ofSender(senderId: string): number {
    return this.#bySender?.get(senderId) ?? 0;
  }

  /** Whether nothing but suspects is held. */
  get areSuspects(): boolean {
    return this.size === this.#suspects;
  }

  /** Whether a suspect is held that was delivered later than that. */
  hasSuspectSince(provenBefore: Date): boolean {
    if (this.#suspects === 0 || !this.#held) return false;
    for (const { suspectSince } of this.#held.values()) if (suspectSince && suspectSince > provenBefore) return true;
    return false;
  }

  /** Answers whether the attempt is to be delivered: none is twice, and none that is over. */
  take({ id, senderId, action, contractId, attempts, losses, updatedAt }: Request): boolean {
    const seen = this.attemptOf(id) ?? this.#released?.get(id) ?? 0;
    if (seen >= attempts) return false;
    this.release(id);
    this.#passedOn?.delete(id);
    const suspectSince = losses >= SUSPECT_LOSSES ? updatedAt : null;
    this.#held ??= new Map();
    this.#held.set(id, { attempt: attempts, senderId, action, contractId, acked: false, suspectSince });
    this.#bySender ??= new Map();
    this.#bySender.set(senderId, this.ofSender(senderId) + 1);
    if (suspectSince) this.#suspects += 1;
    this.#unacked += 1;
    return true;
  }

  /** Whether it was delivered and not acked yet. */
  awaitsAck(requestId: string): boolean {
    return this.#held?.get(requestId)?.acked === false;
  }

  markAcked(requestId: string): void {
    const held = this.#held?.get(requestId);
    if (!held || held.acked) return;
    held.acked = true;
    this.#unacked -= 1;
  }

  /** It is over, or the channel does not hold it any more; its agent does not have to be told. */
  release(requestId: string): void {
    this.#passedOn?.delete(requestId);
    const held = this.#held?.get(requestId);
    if (!held) return;
    this.#held?.delete(requestId);
    const left = this.ofSender(held.senderId) - 1;
    if (left > 0) this.#bySender?.set(held.senderId, left);
    else this.#bySender?.delete(held.senderId);
    if (!held.acked) this.#unacked -= 1;
    if (held.suspectSince) this.#suspects -= 1;
    this.ignoreUpTo(requestId, held.attempt);
  }

  /** The channel does not hold it any more, and it is not over: whoever finishes it, its agent is to be told. */
  passOn(requestId: string): void {
    if (!this.has(requestId)) return;
    this.release(requestId);
    this.#passedOn ??= new Set();
    this.#passedOn.add(requestId);
    if (this.#passedOn.size > PASSED_ON_MAX) dropOldest(this.#passedOn);
  }

  /** Deliveries of the request up to that attempt are over, whether they have come yet or not. */
  ignoreUpTo(requestId: string, attempt: number): void {
    this.#released ??= new Map();
    this.#released.delete(requestId);
    this.#released.set(requestId, attempt);
    if (this.#released.size > RELEASED_MAX) dropOldest(this.#released);
  }

  has(requestId: string): boolean {
    return this.#held?.has(requestId) ?? false;
  }

  /** Whether the agent may be working on the request. */
  wasGiven(requestId: string): boolean {
    return this.has(requestId) || (this.#passedOn?.has(requestId) ?? false);
  }

  /** Whether the agent may be working on any. */
  get wasGivenAny(): boolean {
    return this.size > 0 || (this.#passedOn?.size ?? 0) > 0;
  }

  attemptOf(requestId: string): number | undefined {
    return this.#held?.get(requestId)?.attempt;
  }

  /** What the request, which it holds, was let in by. */
  letIn(requestId: string): LetIn | undefined {
    return this.#held?.get(requestId);
  }

  ids(): readonly string[] {
    return [...(this.#held?.keys() ?? [])];
  }

  passedOnIds(): readonly string[] {
    return [...(this.#passedOn ?? [])];
  }

  clear(): void {
    this.#held = null;
    this.#released = null;
    this.#passedOn = null;
    this.#bySender = null;
    this.#unacked = 0;
    this.#suspects = 0;
  }
}

function dropOldest(ids: Map<string, unknown> | Set<string>): void {
  for (const oldest of ids.keys()) {
    ids.delete(oldest);
    return;
  }
}
