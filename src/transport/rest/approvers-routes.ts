import { CREATE_APPROVER_ERRORS, REMOVE_APPROVER_ERRORS } from '../../application/approvals/manage-approvers.ts';
import { errorsOf } from './domain-problems.ts';
import { ALWAYS, json, noContent, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { approverAnswer, newApproverAnswer, removedApproverAnswer } from './schemas/answers.ts';
import { APPROVER, NEW_APPROVER, REMOVED_APPROVER } from './schemas/approval-samples.ts';
import { AgentIdOrHandleParams, ApproverParams, CreateApproverBody } from './schemas/inputs.ts';

/** `/v1/agents/{id}/approvers`: who decides what is held for approval. By the agent's owner. */
export function addApproversRoutes(scope: RestScope, { app }: RestDependencies, { ownersKey }: KeyChecks): void {
  scope.get(
    '/v1/agents/:id/approvers',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'listApprovers',
        tags: ['Approvers'],
        summary: "List an agent's approvers",
        description: "By the agent's owner. Oldest first, without those that were removed.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('The approvers.', 'ApproverList', { items: [APPROVER] }),
          ...problems('unauthenticated', 'forbidden', ...ALWAYS),
        },
      },
    },
    async ({ params }) => {
      const [found = []] = await app.owners.approversOfAgents([await app.agents.idOf(params.id)]);
      return { items: found.map((approver) => approverAnswer.of(approver)) };
    },
  );

  scope.post(
    '/v1/agents/:id/approvers',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'createApprover',
        tags: ['Approvers'],
        summary: 'Make an approver',
        description: "By the agent's owner. Answers the approver's first API key, which is shown only here.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        body: CreateApproverBody.schema,
        response: {
          201: json('The approver was made.', 'NewApprover', NEW_APPROVER),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...CREATE_APPROVER_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const input = { agentIds: [request.params.id], ...CreateApproverBody.read(request.body) };
      const { approver, apiKey } = await app.owners.createApprover(keyHolder(request), input);
      return reply.code(201).send(newApproverAnswer.of({ ...approver, apiKey }));
    },
  );

  scope.delete(
    '/v1/agents/:id/approvers/:approver_id',
    {
      onRequest: ownersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'removeApprover',
        tags: ['Approvers'],
        summary: 'Remove an approver',
        description:
          'For all of its agents. Its keys and links end at once; what it has decided stays. The answer has a body only where it has something to warn of.',
        security: WITH_KEY,
        params: ApproverParams,
        response: {
          200: json(
            'The approver is removed; fewer may decide by now than must approve.',
            'RemovedApprover',
            REMOVED_APPROVER,
          ),
          204: noContent('The approver is removed.'),
          ...problems('unauthenticated', 'forbidden', ...REMOVE_APPROVER_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const { id, approver_id: approverId } = request.params;
      const input = { approverId, agentId: await app.agents.idOf(id) };
      const { approver, warnings } = await app.owners.removeApprover(keyHolder(request), input);
      if (warnings.length === 0) return reply.code(204).send();
      return removedApproverAnswer.of({ ...approver, warnings: errorsOf(warnings) });
    },
  );
}
