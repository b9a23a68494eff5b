import { RateLimitedError, StorageFullError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import {
  type PlatformStorage,
  STORAGE_HOLDERS,
  type StorageHolder,
  type StorageHolderKind,
  type StorageUse,
} from '../../domain/storage.ts';
import type { KeptCount, Stored, StoredKind } from '../ports/storage-store.ts';
import { countOf, keptOf } from './kept-count.ts';
import { type Holders, largestOf, type StorageBounds, StorageCount } from './storage-count.ts';

/** From that part of all on nothing new is taken: the rest is for what is under way, and for ending it. */
const RESERVED_FROM = 0.95;
/** What is stored is given back within hours at best. */
const RETRY_AFTER_SECONDS = 3_600;

/** Whose storage something would add to. */
export type StorageOf = {
  readonly senderId?: string;
  readonly agentId?: string;
  readonly ownerId?: string | null;
};

/** What is stored, as this node counted it last, and who has as much of it as one may have. */
export class StorageTotals {
  readonly #bounds: StorageBounds;
  #last = new StorageCount();
  /** Whether the last one tells all holders, and not those alone that a node which starts knows of. */
  #isWhole = false;
  #countedAt: Date | null = null;
  /** Of all that may be stored: 1 is full. 0 where that has no bound. */
  part = 0;
  #senders: ReadonlySet<string> = new Set();
  #agents: ReadonlySet<string> = new Set();
  #owners: ReadonlySet<string> = new Set();

  constructor(bounds: StorageBounds) {
    this.#bounds = bounds;
  }

  /** Whether nothing new is taken any more. */
  get isFull(): boolean {
    return this.part >= RESERVED_FROM;
  }

  /** By kind; 0 before the first count of the platform. */
  get kinds(): ReadonlyMap<StoredKind, Stored> {
    return this.#last.kinds;
  }

  /** What a node that starts is to know; see `recall`. */
  toKeep(at: Date): KeptCount {
    return keptOf(this.#last, this.#bounds, at);
  }

  /** Goes by what some node counted before this one started, until it has counted itself. */
  recall(kept: KeptCount): void {
    this.record(countOf(kept), kept.at);
    this.#isWhole = false;
  }

  record(count: StorageCount, at: Date): void {
    const { ofSender, ofAgent, ofOwner, inAll } = this.#bounds;
    const bytes = [...count.kinds.values()].reduce((sum, each) => sum + each.bytes, 0);
    this.#last = count;
    this.#isWhole = true;
    this.#countedAt = at;
    this.part = inAll === 0 ? 0 : bytes / inAll;
    this.#senders = over(count.senders, ofSender);
    this.#agents = over(count.agents, ofAgent);
    this.#owners = over(count.owners, ofOwner);
  }

  inAll(): PlatformStorage {
    const kinds = [...this.kinds].map(([kind, stored]) => ({ kind, ...stored }));
    return { kinds, maxBytes: this.#bounds.inAll || null, part: this.part, countedAt: this.#countedAt };
  }

  /** What is stored of one of them. */
  of(kind: StorageHolderKind, id: string): StorageUse {
    const { holders, max } = this.#ofKind(kind);
    const bytes = holders.get(id);
    const countedAt = this.#isWhole || bytes !== undefined ? this.#countedAt : null;
    return { bytes: bytes ?? 0, maxBytes: max || null, countedAt };
  }

  #ofKind(kind: StorageHolderKind): { readonly holders: Holders; readonly max: number } {
    const { senders, agents, owners } = this.#last;
    const { ofSender, ofAgent, ofOwner } = this.#bounds;
    if (kind === 'SENDER') return { holders: senders, max: ofSender };
    return kind === 'AGENT' ? { holders: agents, max: ofAgent } : { holders: owners, max: ofOwner };
  }

  /** Those of whom most is stored. */
  largest(limit: number): readonly StorageHolder[] {
    return STORAGE_HOLDERS.flatMap((kind) => {
      const { holders, max } = this.#ofKind(kind);
      return largestOf(holders, limit).map(([id, bytes]) => ({ kind, id, bytes, maxBytes: max || null }));
    })
      .sort((one, other) => other.bytes - one.bytes)
      .slice(0, limit);
  }

  /** Throws RateLimitedError where one of them has what it may have, StorageFullError where the platform has. */
  refuse(principal: Principal | null, { senderId = '', agentId = '', ownerId }: StorageOf): void {
    if (principal?.kind === 'admin') return;
    if (this.isFull) throw new StorageFullError();
    const who = this.#senders.has(senderId)
      ? 'SENDER'
      : this.#agents.has(agentId)
        ? 'AGENT'
        : this.#owners.has(ownerId ?? '')
          ? 'OWNER'
          : null;
    if (who === null) return;
    const max = this.#ofKind(who).max.toLocaleString('en');
    const met = `As much is stored of this ${who.toLowerCase()} as the platform keeps of one, ${max} bytes. It becomes less as finished requests are deleted, after REQUEST_RETENTION_DAYS; whoever runs the platform may allow more.`;
    throw new RateLimitedError(RETRY_AFTER_SECONDS, met, ['storage']);
  }
}

const over = (holders: Holders, bound: number): ReadonlySet<string> =>
  new Set(bound === 0 ? [] : [...holders].filter(([, bytes]) => bytes >= bound).map(([id]) => id));
