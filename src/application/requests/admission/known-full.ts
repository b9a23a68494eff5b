import { openAllowed } from '../../limits/owner-claims.ts';
import type { QueueSlots } from '../queue-slots.ts';
import type { AdmissionCheck } from './admit.ts';

/** Nothing is computed for a flood: what found no place in the queue a moment ago, and would wait there, is turned away. */
export function refuseKnownFull({ slots }: { readonly slots: Pick<QueueSlots, 'refuseKnown'> }): AdmissionCheck {
  return ({ senderId, agent, params, whenOffline, rules }) => {
    if (whenOffline !== 'QUEUE') return undefined;
    const allowed = openAllowed(rules, senderId);
    slots.refuseKnown({ agentId: agent.id, senderId, bytes: params.bytes, allowed });
    return undefined;
  };
}
