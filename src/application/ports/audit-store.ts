import type { AuditFields, NewAuditEntry } from '../../domain/audit-entry.ts';
import type { EntryPlace, NotedEntry } from '../../domain/audit-entry-text.ts';
import type { Head } from '../../domain/audit-map.ts';
import type { Subtree } from '../../domain/merkle.ts';
import type { Tile } from '../../domain/merkle-tiles.ts';

/** A tree, and what it is called. */
export type AuditTree = { readonly origin: string; readonly size: number };

export type AuditCheckpoint = {
  readonly size: number;
  readonly root: Buffer;
  /** The signed note. */
  readonly note: string;
  readonly at: Date;
};

/** The newest entry of an agent or a sender. */
export type AuditHead = {
  readonly audience: string;
  readonly n: number;
  readonly index: number;
  readonly leaf: Buffer;
};

/** What a round of sealing builds on. */
export type SealBase = {
  readonly tree: AuditTree;
  /** The newest; null before the first. */
  readonly checkpoint: AuditCheckpoint | null;
  /** The hashes of each level's tile that is not full, as they are stored: what the tree consists of, with the full tiles. */
  readonly unfilled: readonly (readonly Buffer[])[];
};

/** A round of sealing that has begun. */
export type SealRound = {
  /**
   * The next entries, in the order in which they get their places; of each agent and sender that is among them for the first
   * time in this round its newest entry, if it has one.
   */
  add(entries: readonly NotedEntry[], heads: readonly AuditHead[]): readonly SealedPlace[];
  /** What the tree has become. */
  end(): SealedRound;
};

/** What a round of sealing asks of whoever seals. */
export type Sealing = {
  /** Whether the tree is what its newest checkpoint says; nothing is built on one that is not. */
  readonly isRight: (base: SealBase) => boolean;
  /** When the entry with the newest heads is to be written before the others; null where it is not its time. */
  readonly headsAt: (base: SealBase) => Date | null;
  readonly begin: (base: SealBase) => SealRound;
};

export type SealedPlace = EntryPlace & { readonly leaf: Buffer };

/** What a round has made, besides the places of its entries. */
export type SealedRound = {
  readonly tiles: readonly Tile[];
  readonly heads: readonly AuditHead[];
  readonly checkpoint: AuditCheckpoint;
};

/** How far the sealer is. */
export type AuditProgress = {
  /** Null before the first round. */
  readonly tree: AuditTree | null;
  /** When the entry was written that has waited for longest; null where none waits. */
  readonly unsealedSince: Date | null;
  /** When the newest checkpoint was signed; null before the first. */
  readonly signedAt: Date | null;
  /** Below it transactions are over, as the cluster numbers them: while an old one goes on it stands still. */
  readonly horizon: string;
};

/** A map of heads, as the tree was at that size; the entry with its root has that place. */
export type NewestMap = {
  readonly size: number;
  readonly entryId: string;
  readonly secret: Buffer;
  /** How many are in it. */
  readonly audiences: number;
};

/** What a map has of an audience. */
export type MapHead = Head & {
  readonly audience: string;
  /** What its leaf in the map is the hash of. */
  readonly text: string;
  /** Its place in the map, and the path to the map's root (RFC 9162). */
  readonly place: number;
  readonly path: readonly Buffer[];
};

/** The tree over what happened. */
export interface AuditStore {
  /** One cheap statement. */
  progress(): Promise<AuditProgress>;
  /** The tree, which is begun where there is none. */
  begin(): Promise<AuditTree>;
  /**
   * Seals what is committed for good, `max` entries at most, all of it or nothing: `begin` makes of them what is stored. Only one
   * caller on all nodes does so at a time. Answers how many entries that were, that with the newest heads not counted; null where
   * somebody else is at it, or the tree is not right.
   */
  seal(max: number, sealing: Sealing): Promise<number | null>;
  /** The newest map of heads; null before the first. */
  newestMap(): Promise<NewestMap | null>;
  /** What the map has of these audiences, each with its path to the root; nothing of those that are not in it. */
  mapHeads(map: NewestMap, audiences: readonly string[]): Promise<readonly MapHead[]>;
  /** Writes entries of what changes nothing else, all of them or none. */
  note(entries: readonly NewAuditEntry[]): Promise<void>;
  /** Writes that checkpoints are signed with that key, unless it is written already. */
  announceKey(verifier: string, at: Date): Promise<void>;
  /** Every key that was announced, the first one first. */
  verifiers(): Promise<readonly string[]>;
  /** The newest checkpoint; null before the first. */
  checkpoint(): Promise<AuditCheckpoint | null>;
  /**
   * Hashes of full subtrees, in the order in which they are asked for: read from tiles, and from leaves where a tile is not full.
   * Throws where one is not there.
   */
  hashesOf(subtrees: readonly Subtree[]): Promise<readonly Buffer[]>;
  /** The place of an entry, and whom it concerns; null where there is no such entry, or it has no place yet. */
  placeOf(
    entryId: string,
  ): Promise<{ readonly index: number; readonly agentId: string | null; readonly senderId: string | null } | null>;
  /** Places in the tree from that one on, in order, with what stands there. */
  places(from: number, max: number): Promise<readonly StoredPlace[]>;
  /** Checkpoints of more entries than that, the smallest first. */
  checkpoints(above: number, max: number): Promise<readonly AuditCheckpoint[]>;
  /** The size of the newest checkpoint of those before the newest `kept`; null where there are no more than those. */
  checkpointBefore(kept: number): Promise<number | null>;
  /**
   * Looks at `max` checkpoints at most, from the one after that size up to and with that other one, the smallest first, and deletes those
   * that are not the first of `span` sizes. Answers the size of the last one that it looked at; null where there are no more of them.
   */
  thinCheckpoints(options: CheckpointsToThin): Promise<number | null>;
  /** Tiles of a level from that one on, in order. */
  tiles(level: number, from: number, max: number): Promise<readonly Tile[]>;
  /** Heads of audiences after that one, in their order. */
  heads(after: string | null, max: number): Promise<readonly AuditHead[]>;
  /** An event that has no place although everything of its time has one; null where there is none. */
  stray(): Promise<string | null>;
}

/** Checkpoints of more entries than `after`, up to and with `upTo`; of each `span` of sizes the first is kept. */
export type CheckpointsToThin = {
  readonly after: number;
  readonly upTo: number;
  readonly span: number;
  readonly max: number;
};

/** A place in the tree, with the entry that stands there as the tables have it now; null where that is gone. */
export type StoredPlace = EntryPlace & {
  readonly leaf: Buffer;
  readonly entry: NotedEntry | null;
  /** Null where it has none, or they were erased. */
  readonly details: { readonly salt: Buffer; readonly details: AuditFields } | null;
};
