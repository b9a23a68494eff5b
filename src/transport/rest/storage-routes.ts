import { ALWAYS, json, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { agentStorageAnswer, ownStorageAnswer, rejectionsAnswer } from './schemas/answers.ts';
import { AgentIdOrHandleParams } from './schemas/inputs.ts';
import { momentOf, RejectionsNotKeptQuery } from './schemas/list-query.ts';
import { AGENT_STORAGE, OWN_STORAGE, REJECTIONS_NOT_KEPT } from './schemas/samples.ts';

const OF_THE_MANAGER = ['unauthenticated', 'forbidden'] as const;
const DAY_MS = 24 * 60 * 60 * 1_000;

/** What is stored of an agent, and what was rejected there without being stored. */
export function addStorageRoutes(
  scope: RestScope,
  { app, clock }: RestDependencies,
  { keysKey, managersKey }: KeyChecks,
): void {
  scope.get(
    '/v1/storage',
    {
      onRequest: keysKey,
      schema: {
        operationId: 'getOwnStorage',
        tags: ['Limits'],
        summary: 'What is stored of the caller',
        description:
          'Of a sender what it asked, and its keys; of an agent what was asked of it and its documents, and what it asked as a sender; of an owner what its agents have together. At `max_bytes` what would add to it is answered with `rate-limited`, with `storage` among `violated-policies`, until finished requests are deleted.',
        security: WITH_KEY,
        response: {
          200: json('What is stored.', 'OwnStorageList', { items: [OWN_STORAGE] }),
          ...problems(...OF_THE_MANAGER, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const found = await app.storage.own(keyHolder(request));
      return { items: found.map((each) => ownStorageAnswer.of(each)) };
    },
  );

  scope.get(
    '/v1/agents/:id/storage',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'getAgentStorage',
        tags: ['Agents'],
        summary: 'What is stored of the agent',
        description:
          'By the agent itself or its owner, as the node that answers counted it last. At `max_bytes`, whoever asks it for something and what is published for it is answered with `rate-limited`, with `storage` among `violated-policies`.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('What is stored.', 'AgentStorage', AGENT_STORAGE),
          ...problems(...OF_THE_MANAGER, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const agentId = await app.agents.idOf(request.params.id);
      return agentStorageAnswer.of(await app.storage.ofAgent(keyHolder(request), agentId));
    },
  );

  scope.get(
    '/v1/agents/:id/rejections-not-kept',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'listRejectionsNotKept',
        tags: ['Agents'],
        summary: 'What was rejected at the agent and not kept',
        description:
          'By the agent itself or its owner. Of the requests of one sender that are rejected in a minute so many are kept (`REJECTIONS_KEPT_PER_MINUTE`), and of one agent ten times as many; the others are counted here.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        querystring: RejectionsNotKeptQuery,
        response: {
          200: json('How many, by sender and stage.', 'RejectionsNotKeptList', { items: [REJECTIONS_NOT_KEPT] }),
          ...problems(...OF_THE_MANAGER, 'invalid-input', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const agentId = await app.agents.idOf(request.params.id);
      const since = momentOf(request.query.since) ?? new Date(clock.now().getTime() - DAY_MS);
      const found = await app.requests.rejectionsNotKept(keyHolder(request), agentId, since);
      return { items: found.map((each) => rejectionsAnswer.of(each)) };
    },
  );
}
