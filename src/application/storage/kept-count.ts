import type { HeldBytes, KeptCount, StoredKind } from '../ports/storage-store.ts';
import { type Holders, largestOf, type StorageBounds, StorageCount } from './storage-count.ts';

/** Of senders, of agents and of owners at most so many are kept: those with most. */
const KEPT_MAX = 10_000;
/** So many are kept however little they have; others once they have so much of what they may. */
const KEPT_ANYWAY = 100;
const KEPT_FROM = 0.5;

/** What a node that starts is to know of a count: who is near a bound, and who has most. */
export const keptOf = (count: StorageCount, { ofSender, ofAgent, ofOwner }: StorageBounds, at: Date): KeptCount => ({
  at,
  kinds: Object.fromEntries(count.kinds),
  senders: most(count.senders, ofSender),
  agents: most(count.agents, ofAgent),
  owners: most(count.owners, ofOwner),
});

/** As far as that is known of it. */
export function countOf({ kinds, senders, agents, owners }: KeptCount): StorageCount {
  const count = new StorageCount();
  for (const [kind, stored] of Object.entries(kinds)) count.kinds.set(kind as StoredKind, stored);
  for (const [id, bytes] of senders) count.senders.set(id, bytes);
  for (const [id, bytes] of agents) count.agents.set(id, bytes);
  for (const [id, bytes] of owners) count.owners.set(id, bytes);
  return count;
}

function most(holders: Holders, bound: number): readonly HeldBytes[] {
  const isNear = bound === 0 ? () => false : ([, bytes]: HeldBytes) => bytes >= bound * KEPT_FROM;
  const near = [...holders].filter(isNear);
  if (near.length <= KEPT_ANYWAY) return largestOf(holders, KEPT_ANYWAY);
  return near.sort(([, one], [, other]) => other - one).slice(0, KEPT_MAX);
}
