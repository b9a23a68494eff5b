/** An index that is made, or dropped, while its table is written to, outside of a transaction. */
export type ConcurrentIndex = MadeIndex | { readonly name: string; readonly isDropped: true };

export type MadeIndex = {
  readonly name: string;
  /** What follows `on`: `"requests" ("agent_id") where finished_at is null`. */
  readonly on: string;
  readonly isUnique?: boolean;
};

type Work =
  /** They run in one transaction, with the record that they were run. */
  | { readonly statements: readonly string[] }
  /** One after the other; one that was left unfinished is made anew. */
  | { readonly indexes: readonly ConcurrentIndex[] };

/** What becomes of nodes of earlier releases once the migration was run. */
type Effect =
  /** They work on: nothing that they read is gone, and nothing that they write is refused. */
  | { readonly kind: 'expand' }
  /** Only those work on that know the migration `needs`. */
  | {
      readonly kind: 'contract';
      /** The name of an earlier migration: nodes that know it do without what is taken away here. */
      readonly needs: string;
      /** Whether this release works without it as well, so that it may be put off while nodes are in its way. */
      readonly isDeferrable: boolean;
    };

/** One step of the tables from one release to the next (docs/decisions/0037). */
export type Migration = Work & Effect;

export type NamedMigration = Migration & { readonly name: string };

/** What a node must know of a migration's, to work after it; null where any may. */
export const needsOf = (migration: Migration): string | null =>
  migration.kind === 'contract' ? migration.needs : null;

/** Whether a node of this release cannot work before the migration was run. */
export const isNeeded = (migration: Migration): boolean => migration.kind === 'expand' || !migration.isDeferrable;
