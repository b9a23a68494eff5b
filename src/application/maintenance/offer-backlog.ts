import type { Dispatcher } from '../channel/dispatcher.ts';
import type { NodeChannels } from '../channel/node-channels.ts';
import type { ClusterView } from '../cluster/cluster-view.ts';
import type { Clock } from '../ports/clock.ts';
import type { RequestStore } from '../ports/request-store.ts';
import { createCatchUp } from './catch-up.ts';
import { type MaintenanceTask, SWEEP_EVERY_MS } from './task.ts';

/**
 * Every so many sweeps what was submitted in the last milliseconds is looked at once more: another node may have died after
 * it had stored a request, and before it could say so.
 */
const NEW_EVERY = 2;
const NEW_MS = 3_000;

type Dependencies = {
  readonly nodeId: string;
  readonly ackTimeoutMs: number;
  readonly channels: NodeChannels;
  readonly cluster: ClusterView;
  readonly dispatcher: Dispatcher;
  readonly requests: RequestStore;
  readonly clock: Clock;
};

/**
 * Dispatches what this node's agents may claim and nobody was woken for. Each sweep looks at the agents that something may
 * have been left undone for; there are none on a node on which nothing happens. What was delivered becomes claimable when
 * its lease lapses, and no lease lapses sooner than a delivery of now can: so all that is out, and all that waits, is looked
 * at when the next one lapses, and after any doubt. A node that is not alone looks each second at what is new, too.
 */
export function offerBacklog(deps: Dependencies): MaintenanceTask {
  const { nodeId, ackTimeoutMs, channels, cluster, dispatcher, requests, clock } = deps;
  const isCatchUpDue = createCatchUp(cluster);
  /** Until then, in monotonic milliseconds, every sweep looks at all: others may be taken for dead a moment later. */
  let doubtUntil = 0;
  /** In monotonic milliseconds: the time of day may be set. */
  let nextLapseAt = Number.NEGATIVE_INFINITY;
  let sweeps = 0;
  cluster.onDoubt(() => {
    doubtUntil = clock.monotonic() + 2 * cluster.renewEveryMs;
  });

  async function claimable(at: Date): Promise<readonly string[]> {
    const isInDoubt = clock.monotonic() <= doubtUntil;
    // Asked in any case, since it counts the sweeps.
    if (!isCatchUpDue() && !isInDoubt && clock.monotonic() < nextLapseAt) return leftUndone(at);
    const found = await requests.claimableOfNode(nodeId, at);
    const soonestMs = Math.min((found.nextLapseAt?.getTime() ?? Number.POSITIVE_INFINITY) - at.getTime(), ackTimeoutMs);
    // What is claimable may find no room at once, and is offered again by the next sweep.
    nextLapseAt = clock.monotonic() + (found.agentIds.length > 0 ? 0 : soonestMs);
    return found.agentIds;
  }

  async function leftUndone(at: Date): Promise<readonly string[]> {
    const agentIds = dispatcher.restless.ids();
    if (agentIds === null) return requests.agentsWithWaiting(nodeId, at);
    const undone = agentIds.length === 0 ? [] : await requests.agentsWithClaimable(agentIds, at);
    sweeps += 1;
    if (cluster.otherNodes === 0 || sweeps % NEW_EVERY !== 0) return undone;
    return [...undone, ...(await requests.agentsWithNewlyWaiting(nodeId, new Date(at.getTime() - NEW_MS), at))];
  }

  return {
    name: 'offer backlog',
    everyMs: SWEEP_EVERY_MS,
    isDue: () => channels.size > 0,
    async run() {
      for (const agentId of await claimable(clock.now())) dispatcher.wake(agentId);
    },
  };
}
