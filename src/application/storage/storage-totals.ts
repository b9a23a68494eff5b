import { RateLimitedError, StorageFullError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AgentStorage, PlatformStorage, StorageHolder, StorageHolderKind } from '../../domain/storage.ts';
import { STORED_KINDS, type Stored, type StoredKind, type StoredOf, type TenantKind } from '../ports/storage-store.ts';

/** From that part of all on nothing new is taken: the rest is for what is under way, and for ending it. */
const RESERVED_FROM = 0.95;
/** Holders that are told apart while it is counted; of more those with least are forgotten, as if they had nothing yet. */
const HOLDERS_MAX = 100_000;
/** What is stored is given back within hours at best. */
const RETRY_AFTER_SECONDS = 3_600;

/** Bytes that may be stored, 0 for any number. */
export type StorageBounds = {
  readonly ofSender: number;
  readonly ofAgent: number;
  readonly ofOwner: number;
  readonly inAll: number;
};

/** Whose storage something would add to. */
export type StorageOf = {
  readonly senderId?: string;
  readonly agentId?: string;
  readonly ownerId?: string | null;
};

type Holders = Map<string, number>;

const nothing = () => new Map<StoredKind, Stored>(STORED_KINDS.map((kind) => [kind, { rows: 0, bytes: 0 }]));

/** One count of everything, while it is made. */
export class StorageCount {
  readonly kinds = nothing();
  readonly senders: Holders = new Map();
  readonly agents: Holders = new Map();
  readonly owners: Holders = new Map();

  add(kind: TenantKind, of: readonly StoredOf[]): void {
    for (const { rows, bytes, senderId, agentId, ownerId } of of) {
      this.#addInAll(kind, { rows, bytes });
      addTo(this.senders, senderId, bytes);
      addTo(this.agents, agentId, bytes);
      addTo(this.owners, ownerId, bytes);
    }
  }

  /** Counts in all, and to nobody: a tenant could never make it less, and would be refused for good one day. */
  addTrail(trail: Stored): void {
    this.#addInAll('audit', trail);
  }

  #addInAll(kind: StoredKind, { rows, bytes }: Stored): void {
    const before = this.kinds.get(kind) ?? { rows: 0, bytes: 0 };
    this.kinds.set(kind, { rows: before.rows + rows, bytes: before.bytes + bytes });
  }
}

function addTo(holders: Holders, id: string | null, bytes: number): void {
  if (id === null) return;
  holders.set(id, (holders.get(id) ?? 0) + bytes);
  if (holders.size <= HOLDERS_MAX) return;
  const least = [...holders].sort(([, one], [, other]) => one - other).slice(0, HOLDERS_MAX / 2);
  for (const [each] of least) holders.delete(each);
}

/** What is stored, as this node counted it last, and who has as much of it as one may have. */
export class StorageTotals {
  readonly #bounds: StorageBounds;
  #last = new StorageCount();
  #countedAt: Date | null = null;
  /** Of all that may be stored: 1 is full. 0 where that has no bound. */
  part = 0;
  #senders: ReadonlySet<string> = new Set();
  #agents: ReadonlySet<string> = new Set();
  #owners: ReadonlySet<string> = new Set();

  constructor(bounds: StorageBounds) {
    this.#bounds = bounds;
  }

  /** By kind; 0 before the first count. */
  get kinds(): ReadonlyMap<StoredKind, Stored> {
    return this.#last.kinds;
  }

  record(count: StorageCount, at: Date): void {
    const { ofSender, ofAgent, ofOwner, inAll } = this.#bounds;
    const bytes = [...count.kinds.values()].reduce((sum, each) => sum + each.bytes, 0);
    this.#last = count;
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

  ofAgent(agentId: string): Omit<AgentStorage, 'auditEntries'> {
    const bytes = this.#last.agents.get(agentId) ?? 0;
    return { bytes, maxBytes: this.#bounds.ofAgent || null, countedAt: this.#countedAt };
  }

  /** Those of whom most is stored. */
  largest(limit: number): readonly StorageHolder[] {
    const { ofSender, ofAgent, ofOwner } = this.#bounds;
    const { senders, agents, owners } = this.#last;
    const of = (kind: StorageHolderKind, holders: Holders, max: number): readonly StorageHolder[] =>
      largestOf(holders, limit).map(([id, bytes]) => ({ kind, id, bytes, maxBytes: max || null }));
    return [...of('AGENT', agents, ofAgent), ...of('SENDER', senders, ofSender), ...of('OWNER', owners, ofOwner)]
      .sort((one, other) => other.bytes - one.bytes)
      .slice(0, limit);
  }

  /** Throws RateLimitedError where one of them has what it may have, StorageFullError where the platform has. */
  refuse(principal: Principal | null, { senderId = '', agentId = '', ownerId }: StorageOf): void {
    if (principal?.kind === 'admin') return;
    if (this.part >= RESERVED_FROM) throw new StorageFullError();
    const who = this.#senders.has(senderId)
      ? 'sender'
      : this.#agents.has(agentId)
        ? 'agent'
        : this.#owners.has(ownerId ?? '')
          ? 'owner'
          : null;
    if (who === null) return;
    const met = `As much is stored of this ${who} as the platform keeps of one. It becomes less as finished requests are deleted, after REQUEST_RETENTION_DAYS; whoever runs the platform may allow more.`;
    throw new RateLimitedError(RETRY_AFTER_SECONDS, met, ['storage']);
  }
}

const over = (holders: Holders, bound: number): ReadonlySet<string> =>
  new Set(bound === 0 ? [] : [...holders].filter(([, bytes]) => bytes >= bound).map(([id]) => id));

/** In one pass: there may be a hundred thousand, and an administrator looks now and then. */
function largestOf(holders: Holders, limit: number): readonly (readonly [string, number])[] {
  const found: (readonly [string, number])[] = [];
  for (const holder of holders) {
    if (found.length === limit && holder[1] <= (found.at(-1)?.[1] ?? 0)) continue;
    found.push(holder);
    found.sort(([, one], [, other]) => other - one);
    found.length = Math.min(found.length, limit);
  }
  return found;
}
