import type { Amount } from '../../domain/amount.ts';
import { BELIEVED_MS, COUNT_EVERY_MS, nextCountInMs } from '../count-pace.ts';
import type { Clock } from '../ports/clock.ts';
import type { OpenRequests } from '../ports/request-store.ts';

/** One sender may have as much as this part of what is free: alone an eighth of all, and less the more others have. */
const SENDER_PART_OF_FREE = 7;
/** One agent may have this part of all. */
const AGENT_PART = 4;
/** Who has less than this part of all is below its share in any case, and not looked at. */
const LEAST_PART = 1_000;

/** What keeps a request off the platform: its sender's share is used up, or its agent's, or there is no room for anybody. */
export type MetTotal = 'platform_sender' | 'platform_agent' | 'platform';

/** How far what is open on all nodes is from its bounds, and who has its share of it, as this node counted a moment ago. */
export class OpenTotals {
  readonly max: Amount;
  readonly #clock: Clock;
  /** Of requests or of bytes, whichever is nearer to its bound: 1 is full. */
  part = 0;
  #senders: ReadonlySet<string> = new Set();
  #agents: ReadonlySet<string> = new Set();
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(max: Amount, clock: Clock) {
    this.max = max;
    this.#clock = clock;
  }

  get isDue(): boolean {
    return this.#clock.monotonic() >= this.#nextAt;
  }

  /** Who has less need not be told of. */
  get least(): { readonly ofSender: Amount; readonly ofAgent: Amount } {
    return { ofSender: partOf(this.max, LEAST_PART), ofAgent: partOf(this.max, AGENT_PART) };
  }

  /** It was counted, which took so many milliseconds. */
  record(open: OpenRequests, tookMs: number): void {
    const { max } = this;
    this.part = Math.max(open.requests / max.requests, open.bytes / max.bytes);
    const free = { requests: max.requests - open.requests, bytes: max.bytes - open.bytes };
    const share = partOf(free, SENDER_PART_OF_FREE);
    this.#senders = new Set(open.senders.filter((each) => has(each, share)).map(({ id }) => id));
    this.#agents = new Set(open.agents.map(({ id }) => id));
    // A tick before the next run is due: it must not have to wait for one more.
    this.#nextAt = this.#clock.monotonic() + nextCountInMs(tookMs, COUNT_EVERY_MS / 2);
  }

  /** What keeps one more request of the sender to the agent out; null if nothing does. */
  met(senderId: string, agentId: string): MetTotal | null {
    if (this.#clock.monotonic() > this.#nextAt + BELIEVED_MS) return null;
    if (this.part >= 1) return 'platform';
    if (this.#senders.has(senderId)) return 'platform_sender';
    return this.#agents.has(agentId) ? 'platform_agent' : null;
  }

  /** In how many seconds there may be more room: after the next count. */
  get nextInSeconds(): number {
    return Math.max(0, Math.ceil((this.#nextAt - this.#clock.monotonic() + COUNT_EVERY_MS) / 1_000));
  }
}

const partOf = ({ requests, bytes }: Amount, part: number): Amount => ({
  requests: Math.max(1, Math.ceil(requests / part)),
  bytes: Math.max(1, Math.ceil(bytes / part)),
});

const has = (open: Amount, share: Amount): boolean => open.requests >= share.requests || open.bytes >= share.bytes;
