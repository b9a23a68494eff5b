import type { Request } from '../../domain/request.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';

/** Notes that an approval ended with its request and by nobody's decision, where the request that is over waited for one. */
export function noteHeldEnd(
  { metrics, log }: { readonly metrics: Metrics; readonly log: Log },
  request: Request,
): void {
  const { id: requestId, agentId, senderId, status, isHeld } = request;
  if (isHeld !== true) return;
  const outcome = status === 'TIMEOUT' ? 'expired' : 'cancelled';
  metrics.approvals.of(outcome).add();
  log.info({ requestId, agentId, senderId, outcome }, 'an approval is over');
}
