import type { Application } from '../../application/application.ts';
import { digestText } from '../../application/approvals/approval-digest.ts';
import type { Approval } from '../../domain/approval.ts';
import { approvalAnswer } from './schemas/answers.ts';

/** Each with its request and who asks. Those whose request was forgotten meanwhile are left out: they are gone with it. */
export async function approvalBodies({ approvals }: Pick<Application, 'approvals'>, found: readonly Approval[]) {
  const [requests, senders] = await Promise.all([
    approvals.requests(found.map(({ requestId }) => requestId)),
    approvals.sendersOf(found.map(({ id }) => id)),
  ]);
  return found.flatMap((approval, at) => {
    const [request, sender] = [requests[at], senders[at]];
    if (!request || !sender) return [];
    const digest = digestText(approval.digest);
    const suggestedRule = approvals.suggestedRule(approval, request);
    const asked = { ...request, actionType: request.action };
    return [approvalAnswer.of({ ...approval, digest, request: asked, sender, suggestedRule })];
  });
}
