import {
  REMOVE_WEBHOOK_ERRORS,
  SET_WEBHOOK,
  SET_WEBHOOK_ERRORS,
  TEST_WEBHOOK_ERRORS,
  WEBHOOK,
} from '../../../application/webhooks/manage-webhooks.ts';
import { WEBHOOK_ENDPOINT, type WebhookEndpoint } from '../../../domain/webhook.ts';
import { builder } from '../builder.ts';
import { FEW } from '../counts.ts';
import { inputFields, outputFields } from '../fields.ts';
import { WebhookEventEnum } from './enums.ts';
import { AgentType } from './refs.ts';

const WebhookEndpointType = builder.objectRef<WebhookEndpoint>('WebhookEndpoint').implement({
  description: "Where what happens to an agent's approvals is told.",
  fields: (t) => outputFields(t, WEBHOOK_ENDPOINT, { events: WebhookEventEnum }, { events: FEW }),
});

builder.objectField(AgentType, 'webhooks', (t) =>
  t.field({
    type: [WebhookEndpointType],
    description: 'Where its approvals are told, by name. [owner key] [owner:manage]',
    extensions: FEW,
    authScopes: ({ id }) => ({ ownerOf: id }),
    resolve: async ({ id }, _args, { loaders }) => [...(await loaders.webhooks.load(id))],
  }),
);

const SetWebhookSuccess = builder
  .objectRef<{ secret: string; endpoint: WebhookEndpoint }>('SetWebhookSuccess')
  .implement({
    description: 'The webhook is called from now on.',
    fields: (t) => ({
      secret: t.exposeString('secret', {
        description:
          'What messages are signed with, by Standard Webhooks. It is shown only here. For a day they are signed with the one of before as well.',
      }),
      endpoint: t.field({
        type: WebhookEndpointType,
        description: 'The webhook.',
        resolve: ({ endpoint }) => endpoint,
      }),
    }),
  });

const RemoveWebhookSuccess = builder.objectRef<{ endpoint: WebhookEndpoint }>('RemoveWebhookSuccess').implement({
  description: 'The webhook is gone, with what was to be told it.',
  fields: (t) => ({
    endpoint: t.field({
      type: WebhookEndpointType,
      description: 'The one that was removed.',
      resolve: ({ endpoint }) => endpoint,
    }),
  }),
});

const TestWebhookSuccess = builder.objectRef<{ endpoint: WebhookEndpoint }>('TestWebhookSuccess').implement({
  description: 'The webhook was called.',
  fields: (t) => ({
    endpoint: t.field({
      type: WebhookEndpointType,
      description: 'The webhook; `lastStatus` and `lastError` say what became of the call.',
      resolve: ({ endpoint }) => endpoint,
    }),
  }),
});

const WebhookInput = builder.inputType('WebhookInput', {
  description: 'A webhook, with everything that it is to be.',
  fields: (t) => inputFields(t, SET_WEBHOOK, { events: WebhookEventEnum }),
});

const RemoveWebhookInput = builder.inputType('RemoveWebhookInput', {
  description: 'Which webhook to remove.',
  fields: (t) => inputFields(t, WEBHOOK),
});

const TestWebhookInput = builder.inputType('TestWebhookInput', {
  description: 'Which webhook to try.',
  fields: (t) => inputFields(t, WEBHOOK),
});

builder.mutationFields((t) => ({
  setWebhook: t.field({
    type: SetWebhookSuccess,
    description: 'Makes a webhook of that name, or replaces it. At most five for an agent. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...SET_WEBHOOK_ERRORS],
      union: { name: 'SetWebhookResult', description: 'What setWebhook answers.' },
    },
    args: { input: t.arg({ type: WebhookInput, required: true, description: 'What it is to be.' }) },
    resolve: (_root, { input }, { app, principal }) => app.webhooks.set(principal, input),
  }),
  removeWebhook: t.field({
    type: RemoveWebhookSuccess,
    description: 'Nothing more is told it. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...REMOVE_WEBHOOK_ERRORS],
      union: { name: 'RemoveWebhookResult', description: 'What removeWebhook answers.' },
    },
    args: { input: t.arg({ type: RemoveWebhookInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({
      endpoint: await app.webhooks.remove(principal, input),
    }),
  }),
  testWebhook: t.field({
    type: TestWebhookSuccess,
    description: 'Calls it now with a message of the type `webhook.test`; once a minute. [owner key] [owner:manage]',
    authScopes: (_root, { input }) => ({ ownerOf: input.agentId }),
    errors: {
      types: [...TEST_WEBHOOK_ERRORS],
      union: { name: 'TestWebhookResult', description: 'What testWebhook answers.' },
    },
    args: { input: t.arg({ type: TestWebhookInput, required: true, description: 'Which one.' }) },
    resolve: async (_root, { input }, { app, principal }) => ({ endpoint: await app.webhooks.test(principal, input) }),
  }),
}));
