/** What is counted apart. */
export const STORED_KINDS = ['requests', 'contracts', 'policy_sets', 'keys', 'approvals'] as const;
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

/** Counts what is stored. */
export interface StorageStore {
  /** Of so many rows in the order of their ids, behind that one. */
  page(kind: StoredKind, after: string | null, limit: number): Promise<StoredPage>;
}
