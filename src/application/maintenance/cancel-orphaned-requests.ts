import { announceEnd } from '../approvals/announce-end.ts';
import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { AGENT_DELETED } from '../requests/agent-deleted.ts';
import { type MaintenanceTask, SWEEP_BATCH } from './task.ts';

/** A node rarely dies in the middle of a deletion, and finding what it left costs a pass over all open requests. */
const EVERY_MS = 60_000;

type Dependencies = {
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** Cancels open requests whose agent is gone: a node that dies while it deletes an agent leaves them behind. */
export function cancelOrphanedRequests({ requests, changes, clock, log, metrics }: Dependencies): MaintenanceTask {
  return {
    name: 'cancel orphaned requests',
    everyMs: EVERY_MS,
    async run(signal) {
      let cancelled: Awaited<ReturnType<RequestStore['cancelWithoutAgent']>>;
      do {
        cancelled = await requests.cancelWithoutAgent(AGENT_DELETED, clock.now(), SWEEP_BATCH);
        for (const request of cancelled) announceEnd({ changes, metrics, log }, request);
      } while (!signal.aborted && cancelled.length === SWEEP_BATCH);
    },
  };
}
