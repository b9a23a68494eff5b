import { DECIDE_APPROVAL_ERRORS } from '../../application/approvals/decide-approval.ts';
import type { ApprovalVerdict } from '../../application/ports/decision-store.ts';
import { ApprovalNotFoundError } from '../../domain/errors.ts';
import { approvalBodies } from './approval-bodies.ts';
import { ALWAYS, json, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { rememberedAnswer } from './schemas/answers.ts';
import { DECIDED } from './schemas/approval-samples.ts';
import { ApprovalIdParams, DecideApprovalBody } from './schemas/inputs.ts';

/** What one decides, and where. */
const DOORS = [
  {
    name: 'approve',
    verdict: 'APPROVE',
    operationId: 'approveRequest',
    summary: 'Approve what is held',
    description:
      'Where more people must approve, it stays pending and the voice counts. Everything is checked once more first: what says no by now makes it `request-rejected`.',
  },
  {
    name: 'deny',
    verdict: 'DENY',
    operationId: 'denyRequest',
    summary: 'Deny what is held',
    description: 'One who denies it is enough. The sender is told `to_sender`, and never who it was.',
  },
] as const satisfies readonly { readonly verdict: ApprovalVerdict; readonly [text: string]: string }[];

/** `POST /v1/approvals/{id}/approve` and `/deny`. */
export function addDecisionsRoutes(scope: RestScope, { app }: RestDependencies, { decidersKey }: KeyChecks): void {
  for (const { name, verdict, operationId, summary, description } of DOORS) {
    scope.post(
      `/v1/approvals/:id/${name}`,
      {
        onRequest: decidersKey,
        schema: {
          operationId,
          tags: ['Approvals'],
          summary,
          description: `By an approver of the agent and action, or the agent's owner, with the digest that they were shown. ${description}`,
          security: WITH_KEY,
          params: ApprovalIdParams,
          body: DecideApprovalBody.schema,
          response: {
            200: json('The decision counts.', 'DecidedApproval', DECIDED),
            ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...DECIDE_APPROVAL_ERRORS, ...ALWAYS),
          },
        },
      },
      async (request) => {
        const decided = { ...DecideApprovalBody.read(request.body), approvalId: request.params.id, verdict };
        const { approval, remembered } = await app.approvals.decide(keyHolder(request), decided, 'REST');
        const [body] = await approvalBodies(app, [approval]);
        // It was over and was forgotten since.
        if (body === undefined) throw new ApprovalNotFoundError();
        return {
          ...body,
          ...rememberedAnswer.of({
            rememberedRule: remembered?.rule ?? null,
            policySet: remembered?.policySet ?? null,
          }),
        };
      },
    );
  }
}
