import { REMOVE_SENDER_LIMIT_ERRORS, SET_LIMITS_ERRORS } from '../../application/limits/manage-limits.ts';
import type { AgentLimits } from '../../domain/limits.ts';
import { pageOf } from './page.ts';
import { ALWAYS, json, noContent, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { agentLimitsAnswer, senderLimitAnswer } from './schemas/answers.ts';
import {
  AgentIdOrHandleParams,
  SenderOfAgentParams,
  SetAgentLimitsBody,
  SetSenderLimitBody,
} from './schemas/inputs.ts';
import { PageQuery } from './schemas/list-query.ts';
import { AGENT_LIMITS, SENDER_LIMIT } from './schemas/samples.ts';

const OF_THE_OWNER = ['unauthenticated', 'forbidden'] as const;

/** Nothing was set. */
const NO_LIMITS: AgentLimits = {
  version: 0,
  perMinute: null,
  perDay: null,
  perSenderPerMinute: null,
  perSenderPerDay: null,
  openPerSender: null,
};

/** What an agent's owner lets senders ask of it, all together and each. */
export function addLimitsRoutes(scope: RestScope, { app }: RestDependencies, { ownersKey }: KeyChecks): void {
  scope.get(
    '/v1/agents/:id/limits',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'getAgentLimits',
        tags: ['Limits'],
        summary: 'What senders may ask of the agent',
        description: "By the agent's owner. `version` is 0 where nothing was set.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('The limits.', 'AgentLimits', AGENT_LIMITS),
          ...problems(...OF_THE_OWNER, ...ALWAYS),
        },
      },
    },
    async (request) =>
      agentLimitsAnswer.of((await app.limits.ofAgent(keyHolder(request), request.params.id)) ?? NO_LIMITS),
  );

  scope.put(
    '/v1/agents/:id/limits',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'setAgentLimits',
        tags: ['Limits'],
        summary: 'Set what senders may ask of the agent',
        description: "By the agent's owner. What is left out is the platform's.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        body: SetAgentLimitsBody.schema,
        response: {
          200: json('They are in force.', 'AgentLimits', AGENT_LIMITS),
          ...problems(...OF_A_BODY, ...OF_THE_OWNER, ...SET_LIMITS_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const input = { agentId: request.params.id, ...SetAgentLimitsBody.read(request.body) };
      return agentLimitsAnswer.of(await app.limits.setOfAgent(keyHolder(request), input));
    },
  );

  scope.get(
    '/v1/agents/:id/senders/limits',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'listSenderLimits',
        tags: ['Limits'],
        summary: 'What single senders may',
        description: "By the agent's owner: senders with numbers of their own, and those that are blocked.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        querystring: PageQuery,
        response: {
          200: json('A page of them.', 'SenderLimitPage', { items: [SENDER_LIMIT], next_cursor: null }),
          ...problems(...OF_THE_OWNER, 'invalid-input', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { rows, nextCursor } = await pageOf(
        request.query,
        (page) => app.limits.ofSenders(keyHolder(request), request.params.id, page),
        ({ senderId }) => senderId,
      );
      return { items: rows.map((each) => senderLimitAnswer.of(each)), next_cursor: nextCursor };
    },
  );

  scope.put(
    '/v1/agents/:id/senders/:sender_id/limit',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'setSenderLimit',
        tags: ['Limits'],
        summary: 'Set what one sender may, or block it',
        description: "By the agent's owner. What is left out is as the agent's limits say for each sender.",
        security: WITH_KEY,
        params: SenderOfAgentParams,
        body: SetSenderLimitBody.schema,
        response: {
          200: json('It is in force.', 'SenderLimit', SENDER_LIMIT),
          ...problems(...OF_A_BODY, ...OF_THE_OWNER, ...SET_LIMITS_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const { id: agentId, sender_id: senderId } = request.params;
      const input = { agentId, senderId, ...SetSenderLimitBody.read(request.body) };
      return senderLimitAnswer.of(await app.limits.setOfSender(keyHolder(request), input));
    },
  );

  scope.delete(
    '/v1/agents/:id/senders/:sender_id/limit',
    {
      onRequest: ownersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'removeSenderLimit',
        tags: ['Limits'],
        summary: 'Let one sender be like all others again',
        description: "By the agent's owner. What waits of a sender that was blocked goes on.",
        security: WITH_KEY,
        params: SenderOfAgentParams,
        response: {
          204: noContent('It has none of its own any more.'),
          ...problems(...OF_THE_OWNER, ...REMOVE_SENDER_LIMIT_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const { id: agentId, sender_id: senderId } = request.params;
      await app.limits.removeOfSender(keyHolder(request), { agentId, senderId });
      return reply.code(204).send();
    },
  );
}
