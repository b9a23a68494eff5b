import { nextCountInMs } from '../count-pace.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { type StorageStore, TENANT_KINDS } from '../ports/storage-store.ts';
import { StorageCount } from '../storage/storage-count.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { TrailCount } from '../storage/trail-count.ts';
import type { MaintenanceTask } from './task.ts';

const EVERY_MS = 1_000;
/** A count begins so long after the one before at the earliest. */
const COUNT_EVERY_MS = 30_000;
/** A count is kept for nodes that start so long after the one before at the earliest. */
const KEEP_EVERY_MS = 60_000;
/** Rows that one statement looks at. */
const PAGE = 10_000;
/** So long a run goes on; the next one goes on where it ended. */
const RUN_MAX_MS = 500;

type Dependencies = {
  readonly storage: StorageStore;
  readonly storageTotals: StorageTotals;
  readonly clock: Clock;
  readonly log: Log;
};

/**
 * Counts what is stored, page by page: a node spends a twentieth of its time on that at most, so that what is stored while
 * it counts comes on top of what is bounded; with the first count after its start half of its time. Of the audit trail it counts what has come since.
 */
export function countStorage({ storage, storageTotals, clock, log }: Dependencies): MaintenanceTask {
  const trail = new TrailCount(storage);
  let count = new StorageCount();
  let at = 0;
  let after: string | null = null;
  let nextAt = Number.NEGATIVE_INFINITY;
  let keepAt = Number.NEGATIVE_INFINITY;
  let isFirst = true;
  let wasFull = false;

  function tellWhetherFull(): void {
    const { isFull, part } = storageTotals;
    if (isFull === wasFull) return;
    wasFull = isFull;
    if (isFull) log.error({ part }, 'nothing new is stored: STORAGE_MAX_BYTES is used up to its reserve');
    else log.info({ part }, 'there is room to store again');
  }

  /** Answers whether all of it is counted. */
  async function countPage(): Promise<boolean> {
    const kind = TENANT_KINDS[at];
    if (kind === undefined) return trail.countPage(PAGE);
    const { of, lastId } = await storage.page(kind, after, PAGE);
    count.add(kind, of);
    after = lastId;
    if (lastId === null) at += 1;
    return false;
  }

  return {
    name: 'count what is stored',
    everyMs: EVERY_MS,
    isDue: () => clock.monotonic() >= nextAt,
    async run(signal) {
      // What another node counted may say so already.
      if (isFirst) tellWhetherFull();
      const begun = clock.monotonic();
      let isWhole = false;
      while (!isWhole && clock.monotonic() - begun < RUN_MAX_MS && !signal.aborted) isWhole = await countPage();
      const tookMs = clock.monotonic() - begun;
      // Until the first one this node goes by what another counted before, so that one goes on at once.
      if (isFirst && !isWhole) return;
      isFirst = false;
      nextAt = clock.monotonic() + nextCountInMs(tookMs, isWhole ? COUNT_EVERY_MS : EVERY_MS);
      if (!isWhole) return;
      count.addTrail(trail.stored);
      const countedAt = clock.now();
      storageTotals.record(count, countedAt);
      tellWhetherFull();
      count = new StorageCount();
      at = 0;
      if (clock.monotonic() < keepAt) return;
      await storage.keepCount(storageTotals.toKeep(countedAt));
      keepAt = clock.monotonic() + KEEP_EVERY_MS;
    },
  };
}
