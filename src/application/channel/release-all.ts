import type { Request } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import { announce } from '../requests/announce.ts';

/**
 * Calls what releases requests of a node's channels until nothing is left to release; tells of what was, and wakes
 * those who may claim it.
 */
export async function releaseAll(
  changes: Changes,
  nodeId: string,
  release: () => Promise<readonly Request[]>,
): Promise<void> {
  for (;;) {
    const released = await release();
    if (released.length === 0) return;
    for (const request of released) announce(changes, request, nodeId);
    for (const agentId of new Set(released.map((request) => request.agentId))) {
      changes.publish('agent', agentId, { event: 'wake' });
    }
  }
}
