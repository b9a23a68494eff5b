/** Items that are asked for at once. */
export const PAGE = 100;

/** Where a page begins, and how many it may have. */
interface Asked {
  readonly first: number;
  readonly after?: string;
}

interface Answered<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins; null where there is none. */
  readonly next: string | null;
}

/** So many of what is listed page by page, or all that there are: a page may have fewer than it was asked for, and still have a next one. */
export async function gathered<Item>(
  limit: number,
  read: (page: Asked) => Promise<Answered<Item>>,
): Promise<readonly Item[]> {
  const found: Item[] = [];
  for (let after: string | null | undefined; after !== null && found.length < limit; ) {
    const first = Math.min(PAGE, limit - found.length);
    const { items, next } = await read({ first, ...(after !== undefined && { after }) });
    found.push(...items);
    after = next;
  }
  return found;
}
