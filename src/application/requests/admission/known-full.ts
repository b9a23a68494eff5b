import { RateLimitedError } from '../../../domain/errors.ts';
import { type QueueSlots, RETRY_AFTER_SECONDS } from '../queue-slots.ts';
import type { AdmissionCheck } from './admit.ts';

/** Nothing is computed for a flood: what would wait in a queue that was full a moment ago is turned away. */
export function refuseKnownFull({ slots }: { readonly slots: Pick<QueueSlots, 'isKnownFull'> }): AdmissionCheck {
  return ({ agent, whenOffline }) => {
    if (whenOffline === 'QUEUE' && slots.isKnownFull(agent.id)) throw new RateLimitedError(RETRY_AFTER_SECONDS);
    return undefined;
  };
}
