/** Below every id: the first page by ids begins behind it. */
export const FIRST_UUID = '00000000-0000-0000-0000-000000000000';

/** The last of these ids, which the next page begins behind, whatever order they are in; null where so few were found that it was the last page. */
export const nextAfter = (ids: readonly string[], isLastPage: boolean): string | null =>
  isLastPage ? null : (ids.toSorted().at(-1) ?? null);
