import type { Changes } from '../changes/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { PresenceStore } from '../ports/presence-store.ts';

type Dependencies = {
  readonly nodeTimeoutMs: number;
  readonly presence: PresenceStore;
  readonly changes: Changes;
  readonly clock: Clock;
};

/** Forgets nodes that do not renew themselves, with their channels: their agents' requests are anybody's again. */
export function forgetDeadNodes({ nodeTimeoutMs, presence, changes, clock }: Dependencies): () => Promise<void> {
  return async () => {
    const at = clock.now();
    const aliveSince = new Date(at.getTime() - nodeTimeoutMs);
    const agentIds = await presence.forgetStaleNodes(aliveSince);
    if (agentIds.length === 0) return;
    const connected = await presence.areConnected(agentIds, aliveSince);
    for (const [index, agentId] of agentIds.entries()) {
      changes.publish('agent', agentId, { event: 'wake' });
      if (connected[index]) continue;
      changes.publish('activity', '', { event: 'agent-status', agentId, status: 'INACTIVE', at });
    }
  };
}
