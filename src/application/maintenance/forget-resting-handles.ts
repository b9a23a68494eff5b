import type { FollowedTime } from '../cluster/followed-time.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import { type MaintenanceTask, SURE_AFTER_MS } from './task.ts';

const EVERY_MS = 10 * 60_000;
/** Rows that one statement forgets. */
const BATCH = 1_000;

type Dependencies = {
  readonly agents: AgentStore;
  readonly time: FollowedTime;
  readonly clock: Clock;
  readonly handleQuarantineMs: number;
};

/** Forgets handles of deleted agents that have rested for long enough. */
export function forgetRestingHandles({ agents, time, clock, handleQuarantineMs }: Dependencies): MaintenanceTask {
  return {
    name: 'forget resting handles',
    everyMs: EVERY_MS,
    isDue: () => time.setFarAgoMs >= SURE_AFTER_MS,
    async run(signal) {
      const before = new Date(clock.now().getTime() - handleQuarantineMs);
      while (!signal.aborted && (await agents.forgetRestingHandles(before, BATCH)) === BATCH);
    },
  };
}
