import type { Amount } from '../../domain/amount.ts';
import { RateLimitedError } from '../../domain/errors.ts';
import type { WaitingOfSender } from '../ports/request-store.ts';

/** Of an agent's queue one sender gets no more than this part. */
const SHARE = 8;
/** The last part of it is for senders that have nothing in it. */
const NEWCOMERS = 10;
/** What was full is counted again once this part of it has become free here. */
const FREED_PART = 16;
const RETRY_AFTER_SECONDS = 5;
/** What may be added to that where others use up the same, in whole seconds: they shall not all come back at once. */
const LATER_SECONDS = 1;

/** What keeps a request out of a queue: the sender's share is used up, or what is left is for others, or nothing is. */
export type MetBound = 'sender' | 'newcomers' | 'agent';

const NONE: Amount = { requests: 0, bytes: 0 };

export class Tally {
  requests = 0;
  bytes = 0;
  readonly bySender = new Map<string, Amount>();

  static of(amounts: Iterable<readonly [string, Amount]>): Tally {
    const tally = new Tally();
    for (const [senderId, amount] of amounts) tally.add(senderId, amount);
    return tally;
  }

  of(senderId: string): Amount {
    return this.bySender.get(senderId) ?? NONE;
  }

  add(senderId: string, { requests, bytes }: Amount): void {
    const own = this.of(senderId);
    this.requests += requests;
    this.bytes += bytes;
    const sum = { requests: own.requests + requests, bytes: own.bytes + bytes };
    if (sum.requests === 0) this.bySender.delete(senderId);
    else this.bySender.set(senderId, sum);
  }
}

/** What was counted in a queue, and what has been given away of it since: who else fits into it. */
export class QueuePlaces {
  readonly #max: Amount;
  readonly #nodes: number;
  readonly #waiting: Tally;
  /** What was not stored yet when it was counted, and what was given away since. */
  readonly #out: Tally;
  readonly #freed = new Tally();

  constructor(max: Amount, nodes: number, waiting: readonly WaitingOfSender[], notStored: Tally) {
    this.#max = max;
    this.#nodes = nodes;
    this.#waiting = Tally.of(waiting.map((each) => [each.senderId, each]));
    this.#out = Tally.of(notStored.bySender);
  }

  /** Something of the sender that waited does so no more. */
  noteFreed(senderId: string): void {
    this.#freed.add(senderId, { requests: 1, bytes: 0 });
  }

  /**
   * Which bound keeps the sender from one more of so many bytes, by what was counted alone; null if none does. `allowed` is
   * how many its agent's owner lets it have unfinished; null where it says nothing.
   */
  met(senderId: string, bytes: number, allowed: number | null): MetBound | null {
    const own = this.#waiting.of(senderId);
    const isFreed = isPart(this.#freed.requests, this.#waiting.requests);
    const isNew = own.requests === 0;
    if (
      !isNew &&
      !fits(own, bytes, shareOf(this.#max, allowed)) &&
      !isPart(this.#freed.of(senderId).requests, own.requests)
    )
      return 'sender';
    if (isFreed) return null;
    if (!fits(this.#waiting, bytes, this.#max)) return 'agent';
    if (!isNew && !fits(this.#waiting, bytes, withoutNewcomers(this.#max))) return 'newcomers';
    return null;
  }

  /** Gives one more of so many bytes to the sender, where this node can do so for sure; false if it cannot. */
  give(senderId: string, bytes: number, allowed: number | null): boolean {
    if (this.met(senderId, bytes, allowed) !== null) return false;
    const [own, ownOut] = [this.#waiting.of(senderId), this.#out.of(senderId)];
    const isNew = own.requests === 0 && ownOut.requests === 0;
    const hasRoom = this.#isWithin(this.#waiting, this.#out, bytes, isNew ? this.#max : withoutNewcomers(this.#max));
    if (!hasRoom || !(isNew || this.#isWithin(own, ownOut, bytes, shareOf(this.#max, allowed)))) return false;
    this.#out.add(senderId, { requests: 1, bytes });
    return true;
  }

  /** Of several nodes each has no more than its share of what is left; but one request, if there is room for it. */
  #isWithin(waiting: Amount, out: Amount, bytes: number, max: Amount): boolean {
    if (out.requests === 0) return fits(waiting, bytes, max);
    const mine = (left: number) => (this.#nodes === 1 ? left : Math.ceil(left / (2 * this.#nodes)));
    return out.requests < mine(max.requests - waiting.requests) && out.bytes + bytes <= mine(max.bytes - waiting.bytes);
  }
}

/** What the caller is told. Nothing of it says how much others use. */
export function placeRefused(met: MetBound, max: Amount, allowed: number | null): RateLimitedError {
  if (met === 'sender') {
    const share = shareOf(max, allowed);
    const text = `Of one sender ${share.requests} requests may wait for this agent, with params of ${share.bytes} bytes in all.`;
    return new RateLimitedError(RETRY_AFTER_SECONDS, text);
  }
  const seconds = laterSeconds();
  if (met === 'agent') return new RateLimitedError(seconds, 'The queue of this agent is full.');
  return new RateLimitedError(seconds, "What is left of this agent's queue is for senders with nothing in it.");
}

/** When to come again to what others use up, too. */
export const laterSeconds = (): number => RETRY_AFTER_SECONDS + Math.round(Math.random() * LATER_SECONDS);

/** Whether one more of so many bytes fits; into what is empty it does in any case. */
const fits = (waiting: Amount, bytes: number, max: Amount): boolean =>
  waiting.requests === 0 || (waiting.requests < max.requests && waiting.bytes + bytes <= max.bytes);

const isPart = (freed: number, waiting: number): boolean => freed > 0 && freed >= waiting / FREED_PART;

/** An eighth, or as many requests as the agent's owner allows the sender, and of the bytes at least the same part. */
const shareOf = ({ requests, bytes }: Amount, allowed: number | null): Amount => {
  const share = Math.min(requests, allowed ?? Math.max(1, Math.floor(requests / SHARE)));
  return { requests: share, bytes: Math.floor(bytes * Math.max(1 / SHARE, share / requests)) };
};

const withoutNewcomers = ({ requests, bytes }: Amount): Amount => ({
  requests: requests - Math.floor(requests / NEWCOMERS),
  bytes: bytes - Math.floor(bytes / NEWCOMERS),
});
