import {
  REMOVE_WEBHOOK_ERRORS,
  SET_WEBHOOK_ERRORS,
  TEST_WEBHOOK_ERRORS,
} from '../../application/webhooks/manage-webhooks.ts';
import { ALWAYS, json, noContent, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { setWebhookAnswer, webhookAnswer } from './schemas/answers.ts';
import { AgentIdOrHandleParams, SetWebhookBody, WebhookParams } from './schemas/inputs.ts';
import { SET_WEBHOOK, WEBHOOK } from './schemas/samples.ts';

/** `/v1/agents/{id}/webhooks`: where it is told what happens to approvals. By the agent's owner. */
export function addWebhooksRoutes(scope: RestScope, { app }: RestDependencies, { ownersKey }: KeyChecks): void {
  scope.get(
    '/v1/agents/:id/webhooks',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'listWebhooks',
        tags: ['Webhooks'],
        summary: "List an agent's webhooks",
        description: "By the agent's owner. With how the last call of each went; secrets are not shown again.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('The webhooks.', 'WebhookList', { items: [WEBHOOK] }),
          ...problems('unauthenticated', 'forbidden', ...ALWAYS),
        },
      },
    },
    async ({ params }) => {
      const [found = []] = await app.webhooks.ofAgents([await app.agents.idOf(params.id)]);
      return { items: found.map((webhook) => webhookAnswer.of(webhook)) };
    },
  );

  scope.put(
    '/v1/agents/:id/webhooks/:name',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'setWebhook',
        tags: ['Webhooks'],
        summary: 'Make a webhook, or replace it',
        description:
          "By the agent's owner. Answers a new secret, which is shown only here; for a day messages are signed with the one of before as well. At most five for an agent.",
        security: WITH_KEY,
        params: WebhookParams,
        body: SetWebhookBody.schema,
        response: {
          200: json('The webhook is called from now on.', 'SetWebhook', SET_WEBHOOK),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...SET_WEBHOOK_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { id: agentId, name } = request.params;
      const input = { agentId, name, ...SetWebhookBody.read(request.body) };
      const { secret, endpoint } = await app.webhooks.set(keyHolder(request), input);
      return setWebhookAnswer.of({ ...endpoint, secret });
    },
  );

  scope.post(
    '/v1/agents/:id/webhooks/:name/test',
    {
      onRequest: ownersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'testWebhook',
        tags: ['Webhooks'],
        summary: 'Try a webhook',
        description:
          "By the agent's owner. Calls it now with a message of the type `webhook.test`, also when it is switched off; once a minute. `last_status` and `last_error` say what became of the call.",
        security: WITH_KEY,
        params: WebhookParams,
        response: {
          200: json('It was called.', 'Webhook', WEBHOOK),
          ...problems('unauthenticated', 'forbidden', ...TEST_WEBHOOK_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { id: agentId, name } = request.params;
      return webhookAnswer.of(await app.webhooks.test(keyHolder(request), { agentId, name }));
    },
  );

  scope.delete(
    '/v1/agents/:id/webhooks/:name',
    {
      onRequest: ownersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'removeWebhook',
        tags: ['Webhooks'],
        summary: 'Remove a webhook',
        description: "By the agent's owner. Nothing more is told it.",
        security: WITH_KEY,
        params: WebhookParams,
        response: {
          204: noContent('The webhook is removed.'),
          ...problems('unauthenticated', 'forbidden', ...REMOVE_WEBHOOK_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const { id: agentId, name } = request.params;
      await app.webhooks.remove(keyHolder(request), { agentId, name });
      return reply.code(204).send();
    },
  );
}
