import type { QueueSlots } from '../queue-slots.ts';
import type { AdmissionCheck } from './admit.ts';

/** Nothing is computed for a flood: what found no place in the queue a moment ago, and would wait there, is turned away. */
export function refuseKnownFull({ slots }: { readonly slots: Pick<QueueSlots, 'refuseKnown'> }): AdmissionCheck {
  return ({ senderId, agent, params, whenOffline }) => {
    if (whenOffline === 'QUEUE') slots.refuseKnown({ agentId: agent.id, senderId, bytes: params.bytes });
    return undefined;
  };
}
