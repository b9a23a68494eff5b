import type { FastifyReply } from 'fastify';
import type { Application } from '../../application/application.ts';
import type { KeyPrincipal } from '../../domain/principal.ts';
import { paramsDone, type Request, type RequestSummary } from '../../domain/request.ts';
import { leaveOut } from '../answer-metrics.ts';
import { closedSignal } from '../until-closed.ts';
import { preferredWaitSeconds } from './prefer.ts';
import { requestAnswer, requestSummaryAnswer } from './schemas/answers.ts';

/** What answers about requests have in common. */

/** With where its approval stands, which is read only of what was held once. */
export async function requestBody(
  { approvals }: Pick<Application, 'approvals'>,
  principal: KeyPrincipal,
  request: Request,
) {
  const [approval = null] = request.isHeld === null ? [] : await approvals.ofRequests(principal, [request.id]);
  const effectiveParams = paramsDone(request);
  return requestAnswer.of({ ...request, actionType: request.action, effectiveParams, approval });
}

export const requestSummaryBody = (request: RequestSummary) =>
  requestSummaryAnswer.of({ ...request, actionType: request.action });

/**
 * The request once it is final, or as it is when the wait that is preferred is over; at once where none is. Says in
 * Preference-Applied what was honoured (RFC 7240, section 3).
 */
export async function asPreferred(
  { requests }: Pick<Application, 'requests'>,
  principal: KeyPrincipal,
  request: Request,
  { prefer, reply }: { readonly prefer: string | undefined; readonly reply: FastifyReply },
): Promise<Request> {
  const seconds = preferredWaitSeconds(prefer);
  if (seconds === 0) return request;
  const begun = performance.now();
  const waited = await requests.waitForOutcome(principal, request, { seconds, signal: closedSignal(reply.raw) });
  leaveOut(reply, performance.now() - begun);
  if (waited) reply.header('preference-applied', `wait=${seconds}`);
  return waited ?? request;
}
