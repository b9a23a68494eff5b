import {
  type HeldBytes,
  STORED_KINDS,
  type Stored,
  type StoredKind,
  type StoredOf,
  type TenantKind,
} from '../ports/storage-store.ts';

/** Holders that are told apart while it is counted; of more those with least are forgotten, as if they had nothing yet. */
const HOLDERS_MAX = 100_000;

/** Bytes that may be stored, 0 for any number. */
export type StorageBounds = {
  readonly ofSender: number;
  readonly ofAgent: number;
  readonly ofOwner: number;
  readonly inAll: number;
};

export type Holders = Map<string, number>;

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

/** In one pass: there may be a hundred thousand, and an administrator looks now and then. */
export function largestOf(holders: Holders, limit: number): readonly HeldBytes[] {
  const found: HeldBytes[] = [];
  for (const holder of holders) {
    if (found.length === limit && holder[1] <= (found.at(-1)?.[1] ?? 0)) continue;
    found.push(holder);
    found.sort(([, one], [, other]) => other - one);
    found.length = Math.min(found.length, limit);
  }
  return found;
}
