import { nextCountInMs } from '../count-pace.ts';
import type { Clock } from '../ports/clock.ts';
import { STORED_KINDS, type StorageStore } from '../ports/storage-store.ts';
import { StorageCount, type StorageTotals } from '../storage/storage-totals.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 1_000;
/** A count begins so long after the one before at the earliest. */
const COUNT_EVERY_MS = 30_000;
/** Rows that one statement looks at. */
const PAGE = 10_000;
/** So long a run goes on; the next one goes on where it ended. */
const RUN_MAX_MS = 500;

type Dependencies = {
  readonly storage: StorageStore;
  readonly storageTotals: StorageTotals;
  readonly clock: Clock;
};

/**
 * Counts what is stored, page by page: a node spends a twentieth of its time on that at most, so that what is stored while
 * it counts comes on top of what is bounded.
 */
export function countStorage({ storage, storageTotals, clock }: Dependencies): MaintenanceTask {
  let count = new StorageCount();
  let at = 0;
  let after: string | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;

  async function countPage(): Promise<void> {
    const kind = STORED_KINDS[at];
    if (kind === undefined) return;
    const { of, lastId } = await storage.page(kind, after, PAGE);
    count.add(kind, of);
    after = lastId;
    if (lastId === null) at += 1;
  }

  return {
    name: 'count what is stored',
    everyMs: EVERY_MS,
    isDue: () => clock.monotonic() >= nextAt,
    async run(signal) {
      const begun = clock.monotonic();
      while (at < STORED_KINDS.length && clock.monotonic() - begun < RUN_MAX_MS && !signal.aborted) await countPage();
      const tookMs = clock.monotonic() - begun;
      const isWhole = at >= STORED_KINDS.length;
      nextAt = clock.monotonic() + nextCountInMs(tookMs, isWhole ? COUNT_EVERY_MS : EVERY_MS);
      if (!isWhole) return;
      storageTotals.record(count);
      count = new StorageCount();
      at = 0;
    },
  };
}
