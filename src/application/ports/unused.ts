/** So many of those that were registered before that, behind that id; null for the first ones. */
export type UnusedPage = { readonly since: Date; readonly after: string | null; readonly limit: number };

/** The unused ones among them, and the last one that was looked at; null for the end. */
export type Unused = { readonly ids: readonly string[]; readonly next: string | null };
