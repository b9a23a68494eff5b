/** An entry as it is sealed, for who takes the trail elsewhere. */
export type SealedEntry = {
  readonly index: number;
  /** What the tree has for it. */
  readonly leaf: Buffer;
  readonly canonical: string;
  /** What is personal of it, with its salt; null where there is none, or it was erased. */
  readonly details: { readonly salt: Buffer; readonly details: Readonly<Record<string, unknown>> } | null;
};

export type SignedCheckpoint = {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
  readonly at: Date;
};

/** From that index, up to but not including the other one. */
export type IndexRange = { readonly from: number; readonly to: number };

/** What operators do with the whole of the trail, at their command line. */
export interface AuditArchive {
  /** The newest one; null before anything is sealed. */
  newestCheckpoint(): Promise<SignedCheckpoint | null>;
  /** The first one of that size or a larger one; null where there is none. */
  checkpointFrom(size: number): Promise<SignedCheckpoint | null>;
  /** Where the sealed entries of these moments are, the smallest range that has them all; null where there are none. */
  rangeOf(moments: { readonly from?: Date | undefined; readonly to?: Date | undefined }): Promise<IndexRange | null>;
  /** So many of the range at most, by index: all, or those about the agent and of what it sent. */
  entries(range: IndexRange, agentId: string | null, limit: number): Promise<readonly SealedEntry[]>;
  /** Puts on record that the entries of the range were taken elsewhere. */
  noteExported(range: IndexRange, agentId: string | null): Promise<void>;
  /**
   * Takes away the events of the range, with what is personal of them, and puts that on record; the tree keeps their hashes.
   * Answers how many.
   */
  prune(range: IndexRange, before: Date): Promise<number>;
  /** Takes away what is personal of the entries that are about somebody, or are what they did, and puts that on record. Answers of how many. */
  erase(subjectId: string): Promise<number>;
  /** The same of entries that say of something that it came from that address, or from its network. Answers of how many. */
  eraseAddress(address: string): Promise<number>;
  /** Requests whose state is not what their entries say, so many at most; how many were compared. */
  compareRequests(
    limit: number,
  ): Promise<{ readonly compared: number; readonly differing: readonly DifferingRequest[] }>;
}

export type DifferingRequest = {
  readonly id: string;
  /** As the table has it; null where it has none. */
  readonly status: string | null;
  /** As its entries say; null where there are none. */
  readonly recorded: string | null;
};
