import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Clock } from '../ports/clock.ts';
import type { LookForDueWork } from '../ports/look-for-due-work.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly maxAttempts: number;
  readonly nodeTimeoutMs: number;
  readonly cluster: ClusterView;
  readonly lookForDueWork: LookForDueWork;
  readonly clock: Clock;
  readonly expireRequests: () => Promise<void>;
  readonly failUndeliverable: () => Promise<void>;
  readonly forgetDeadNodes: () => Promise<void>;
};

/** Ends what is over. One statement asks for all sweeps whether there is any, and only those that have something run. */
export function sweep(deps: Dependencies): MaintenanceTask {
  const { maxAttempts, nodeTimeoutMs, cluster, lookForDueWork, clock } = deps;
  return {
    name: 'sweep',
    everyMs: SWEEP_EVERY_MS,
    async run() {
      const at = clock.now();
      const due = await lookForDueWork({
        at,
        deliveries: maxAttempts,
        aliveSince: new Date(at.getTime() - nodeTimeoutMs),
      });
      const runs = await Promise.allSettled([
        due.hasExpired && deps.expireRequests(),
        due.hasRedelivered && deps.failUndeliverable(),
        due.hasStaleNodes && cluster.mayForgetOthers() && deps.forgetDeadNodes(),
      ]);
      // One that fails stops no other.
      for (const run of runs) if (run.status === 'rejected') throw run.reason;
    },
  };
}
