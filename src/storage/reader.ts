import { noteWork } from '../application/ports/call.ts';
import { COST } from '../application/ports/cost.ts';
import type { BatchUse } from '../application/ports/metrics.ts';
import { createBatcher } from './batcher.ts';

/**
 * Reads rows by key, in the order of the keys; null where there is none. Lists that are asked for in one tick share one
 * statement, and each key is in it once.
 */
export const createReader = <Row>(
  read: (keys: readonly string[]) => Promise<readonly Row[]>,
  keyOf: (row: Row) => string,
  use?: BatchUse,
): ((keys: readonly string[]) => Promise<readonly (Row | null)[]>) => {
  const readBatch = createBatcher<readonly string[], readonly (Row | null)[]>({
    ...(use && { use }),
    run: async (lists) => {
      const rows = await read([...new Set(lists.flat())]);
      const byKey = new Map(rows.map((row) => [keyOf(row), row]));
      return lists.map((keys) => keys.map((key) => byKey.get(key) ?? null));
    },
  });
  return async (keys) => {
    if (keys.length === 0) return [];
    noteWork(keys.length * COST.row);
    return readBatch(keys);
  };
};
