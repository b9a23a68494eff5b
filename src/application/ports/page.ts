/**
 * A keyset page: rows newest first. `after` and `before` are keys of rows already seen (an id, or a version as text);
 * a page continues strictly beyond them, so rows that arrive meanwhile are neither skipped nor repeated.
 */
export type PageQuery = {
  /** How many rows to answer at most. */
  readonly limit: number;
  /** Only rows older than this key. */
  readonly after?: string;
  /** Only rows newer than this key. */
  readonly before?: string;
  /** Take from the old end of the range instead of the new one (still answered newest first). */
  readonly fromEnd?: boolean;
};

export type Page<Row> = {
  readonly rows: readonly Row[];
  /** Rows at its end were left out because all together are too large: there are more beyond those answered. */
  readonly isCut?: boolean;
  /** Set where the page ended before it was full, so as not to look further: it goes on beyond this key. */
  readonly lookedAtUpTo?: string;
  /** How many rows there are in all under the same filter. Asked for only when it is read. */
  totalCount(): Promise<number>;
  /** Whether `totalCount` is all of them: counting ends early where that would mean looking too far. @default it is */
  isTotalCountExact?(): Promise<boolean>;
};

/** Of what has no rows, as is known without asking. */
export const EMPTY_PAGE: Page<never> = { rows: [], totalCount: async () => 0 };
