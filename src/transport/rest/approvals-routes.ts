import { ApprovalNotFoundError } from '../../domain/errors.ts';
import { approvalBodies } from './approval-bodies.ts';
import { pageOf } from './page.ts';
import { ALWAYS, json, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { APPROVAL, APPROVAL_PAGE } from './schemas/approval-samples.ts';
import { ApprovalIdParams } from './schemas/inputs.ts';
import { approvalFilterOf, ListApprovalsQuery } from './schemas/list-query.ts';

/** `/v1/approvals`: what people are asked about, to those who may have a say in it. */
export function addApprovalsRoutes(scope: RestScope, { app }: RestDependencies, { approversKey }: KeyChecks): void {
  scope.get(
    '/v1/approvals',
    {
      onRequest: approversKey('approvals:read'),
      schema: {
        operationId: 'listApprovals',
        tags: ['Approvals'],
        summary: 'List approvals',
        description: "What is or was held of an owner's agents, or of what an approver decides, newest first.",
        security: WITH_KEY,
        querystring: ListApprovalsQuery,
        response: {
          200: json('A page of them.', 'ApprovalPage', APPROVAL_PAGE),
          ...problems('unauthenticated', 'forbidden', 'invalid-input', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { query } = request;
      const agentId = query.agent === undefined ? undefined : await app.agents.idOf(query.agent);
      const filter = { ...approvalFilterOf(query), agentId };
      const { rows, nextCursor } = await pageOf(
        query,
        (page) => app.approvals.list(keyHolder(request), filter, page),
        ({ id }) => id,
      );
      return { items: await approvalBodies(app, rows), next_cursor: nextCursor };
    },
  );

  scope.get(
    '/v1/approvals/:id',
    {
      onRequest: approversKey('approvals:read'),
      schema: {
        operationId: 'getApproval',
        tags: ['Approvals'],
        summary: 'Read an approval',
        description:
          'What would be done, who asks, and why it is held. To those who may not decide about it, it does not exist.',
        security: WITH_KEY,
        params: ApprovalIdParams,
        response: {
          200: json('The approval.', 'Approval', APPROVAL),
          ...problems('unauthenticated', 'forbidden', ApprovalNotFoundError, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const found = await app.approvals.find(keyHolder(request), request.params.id);
      const [body] = found === null ? [] : await approvalBodies(app, [found]);
      if (body === undefined) throw new ApprovalNotFoundError();
      return body;
    },
  );
}
