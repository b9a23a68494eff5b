import type { Principal } from '../../domain/principal.ts';
import type { RestingHandle } from '../../domain/resting-handle.ts';
import { requireAdmin } from '../access.ts';
import { isStorableText } from '../input-issues.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';

/** As many as are listed. */
export const RESTING_HANDLES_LISTED = 100;

type Dependencies = {
  readonly agents: Pick<AgentStore, 'restingHandles'>;
  readonly clock: Clock;
  readonly settings: { readonly handleQuarantineMs: number };
};

/** Handles of deleted agents that rest, those that were freed last first; only those that begin so. For administrators. */
export function createListRestingHandles({ agents, clock, settings: { handleQuarantineMs } }: Dependencies) {
  return async (principal: Principal | null, beginning: string): Promise<readonly RestingHandle[]> => {
    requireAdmin(principal);
    if (handleQuarantineMs === 0 || !isStorableText(beginning)) return [];
    const freedSince = new Date(clock.now().getTime() - handleQuarantineMs);
    const resting = await agents.restingHandles({ freedSince, beginning }, RESTING_HANDLES_LISTED);
    return resting.map((each) => ({ ...each, restsUntil: new Date(each.freedAt.getTime() + handleQuarantineMs) }));
  };
}
