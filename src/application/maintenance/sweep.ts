import type { FollowedTime } from '../cluster/followed-time.ts';
import type { Clock } from '../ports/clock.ts';
import type { DueWork, LookForDueWork } from '../ports/look-for-due-work.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

type Dependencies = {
  readonly maxAttempts: number;
  readonly nodeTimeoutMs: number;
  readonly lookForDueWork: LookForDueWork;
  readonly time: FollowedTime;
  readonly clock: Clock;
  /** What each ends, where there is any. */
  readonly sweeps: { readonly [Found in keyof DueWork]: MaintenanceTask };
};

/**
 * Ends what is over. One statement asks for all sweeps whether there is any, and only those that have something run: each
 * by itself, so that one that fails, or waits for a lock, keeps no other waiting. None does before the database has said
 * that its time is still the one by which something is over.
 */
export function sweep({
  maxAttempts,
  nodeTimeoutMs,
  lookForDueWork,
  time,
  clock,
  sweeps,
}: Dependencies): MaintenanceTask {
  let due: DueWork = { hasExpired: false, hasRedelivered: false, hasStaleNodes: false, hasOutbox: false };
  const whereFound = (found: keyof DueWork): MaintenanceTask => {
    const task = sweeps[found];
    return { ...task, isDue: () => due[found] && (task.isDue?.() ?? true) };
  };
  return {
    name: 'look for due work',
    everyMs: SWEEP_EVERY_MS,
    followers: [
      whereFound('hasExpired'),
      whereFound('hasRedelivered'),
      whereFound('hasStaleNodes'),
      whereFound('hasOutbox'),
    ],
    async run() {
      const at = clock.now();
      due = await lookForDueWork({
        at,
        deliveries: maxAttempts,
        aliveSince: new Date(at.getTime() - nodeTimeoutMs),
      });
      const { hasOutbox: _, ...over } = due;
      if (Object.values(over).includes(true)) await time.ask();
    },
  };
}
