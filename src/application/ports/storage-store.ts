/** What somebody in particular stores. */
export const TENANT_KINDS = ['requests', 'contracts', 'policy_sets', 'keys', 'approvals'] as const;
export type TenantKind = (typeof TENANT_KINDS)[number];

/** What is counted apart: the audit trail is kept for good, and so is nobody's to make smaller but the operator's. */
export const STORED_KINDS = [...TENANT_KINDS, 'audit'] as const;
export type StoredKind = (typeof STORED_KINDS)[number];

/** So many rows, and what they take as the database stores them. */
export type Stored = { readonly rows: number; readonly bytes: number };

/** The same of those of a page that are of one sender, one agent and its owner; null where they are of none. */
export type StoredOf = Stored & {
  readonly senderId: string | null;
  readonly agentId: string | null;
  readonly ownerId: string | null;
};

/** A page of what is stored of a kind, and the last id of it; null behind the last one. */
export type StoredPage = { readonly of: readonly StoredOf[]; readonly lastId: string | null };

/** So many entries of the trail that follow each other. */
export type StoredTrail = Stored & {
  /** The place of the last one; null for none. */
  readonly lastIndex: number | null;
  /** Whether none follows. */
  readonly isLast: boolean;
  /** The first place that is still there: another one than before where entries were pruned. Null for an empty trail. */
  readonly beginsAt: number | null;
};

/** Somebody, and what is stored of them, in bytes. */
export type HeldBytes = readonly [id: string, bytes: number];

/** What nodes that start know of a count: how much of each kind there is, and who has most. */
export type KeptCount = {
  readonly at: Date;
  readonly kinds: Readonly<Partial<Record<StoredKind, Stored>>>;
  readonly senders: readonly HeldBytes[];
  readonly agents: readonly HeldBytes[];
  readonly owners: readonly HeldBytes[];
};

/** Counts what is stored. */
export interface StorageStore {
  /** Of so many rows in the order of their ids, behind that one. */
  page(kind: TenantKind, after: string | null, limit: number): Promise<StoredPage>;
  /** Of so many sealed entries, behind that place in the tree. */
  trail(after: number, limit: number): Promise<StoredTrail>;
  /** Keeps a count in place of the one before. */
  keepCount(count: KeptCount): Promise<void>;
  /** The count that was kept last, by whichever node; null for none. */
  lastCount(): Promise<KeptCount | null>;
  /** How many sealed entries are about each agent, or sender, of these ids, in their order. */
  entriesOf(ids: readonly string[]): Promise<readonly number[]>;
}
