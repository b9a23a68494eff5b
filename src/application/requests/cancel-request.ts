import { Type } from 'typebox';
import { actorOf } from '../../domain/actor.ts';
import { InvalidInputError, RequestFinishedError, RequestNotFoundError } from '../../domain/errors.ts';
import { type InputValueOf, nullable } from '../../domain/fields.ts';
import { type Principal, senderIdOf } from '../../domain/principal.ts';
import { REQUEST, type Request } from '../../domain/request.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireCanceller, requireScope } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { announceEnd } from '../approvals/announce-end.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import { noteInCall } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { RequestStore } from '../ports/request-store.ts';

export const CANCEL_REQUEST = Type.Object({
  requestId: REQUEST.properties.id,
  reason: nullable(
    Type.String({ minLength: 1, maxLength: 500, multiline: true, description: 'Why; the agent is told.' }),
  ),
});
export type CancelRequestInput = InputValueOf<typeof CANCEL_REQUEST>;

type Dependencies = {
  readonly requests: RequestStore;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** What cancelling a request throws. */
export const CANCEL_REQUEST_ERRORS = [InvalidInputError, RequestNotFoundError, RequestFinishedError] as const;

/**
 * Cancels an open request; the agent that has it is told. By its sender or an admin; to anybody else it does not
 * exist. Throws CANCEL_REQUEST_ERRORS.
 */
export function createCancelRequest({ requests, changes, clock, log, metrics }: Dependencies) {
  return async (principal: Principal | null, input: CancelRequestInput): Promise<Request> => {
    const known = requireScope(requireCanceller(principal), 'requests:submit');
    const reason = input.reason ?? DEFAULT_REASON[known.kind === 'admin' ? 'admin' : 'sender'];
    const issues = new InputIssues();
    issues.texts(CANCEL_REQUEST, input);
    issues.throwIfAny();
    if (!isUuid(input.requestId)) throw new RequestNotFoundError();
    noteInCall({ requestId: input.requestId });
    const senderId = known.kind === 'admin' ? null : senderIdOf(known);
    const cancelled = await requests.cancel(
      senderId,
      input.requestId,
      { code: 'cancelled', message: reason },
      clock.now(),
      actorOf(known),
    );
    if (cancelled.outcome === 'finished') throw new RequestFinishedError(cancelled.status);
    if (cancelled.outcome !== 'changed') throw new RequestNotFoundError();
    metrics.cancelledRequests.add();
    announceEnd({ changes, metrics, log }, cancelled.request);
    logActOfAdmin(log, known, 'cancel a request', { requestId: cancelled.request.id });
    return cancelled.request;
  };
}

const DEFAULT_REASON = { sender: 'Cancelled by its sender.', admin: 'Cancelled by an administrator.' } as const;
