/** Somebody whose agents and senders these are. */
export type Owner = { readonly id: string; readonly displayName: string | null; readonly createdAt: Date };

/** At most so many agents are one owner's. */
export const AGENTS_PER_OWNER_MAX = 1_000;
