import type { Request } from '../../domain/request.ts';
import type { Changes } from '../changes/changes.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import { announce } from '../requests/announce.ts';

type Dependencies = { readonly changes: Changes; readonly metrics: Metrics; readonly log: Log };

/**
 * Tells that a request ended by nobody's decision and by no answer of its agent; where it waited for an approval, that one
 * ended with it, which is noted.
 */
export function announceEnd({ changes, metrics, log }: Dependencies, request: Request): void {
  announce(changes, request);
  const { id: requestId, agentId, senderId, status, isHeld } = request;
  if (isHeld !== true) return;
  const outcome = status === 'TIMEOUT' ? 'expired' : 'cancelled';
  metrics.approvals.of(outcome).add();
  log.info({ requestId, agentId, senderId, outcome }, 'an approval is over');
}
