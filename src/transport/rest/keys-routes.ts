import { CREATE_API_KEY_ERRORS, REVOKE_API_KEY_ERRORS } from '../../application/keys/manage-api-keys.ts';
import { ROTATE_API_KEY_ERRORS } from '../../application/keys/rotate-api-key.ts';
import type { ApiKey } from '../../domain/api-key.ts';
import { ApproverNotFoundError } from '../../domain/errors.ts';
import type { KeyPrincipal } from '../../domain/principal.ts';
import { errorsOf } from './domain-problems.ts';
import { ALWAYS, json, noContent, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import {
  AgentIdOrHandleParams,
  ApiKeyIdParams,
  ApproverParams,
  CreateApiKeyBody,
  RotateApiKeyBody,
} from './schemas/inputs.ts';
import { apiKeyAnswer, newApiKeyAnswer, revokedApiKeyAnswer, rotatedApiKeyAnswer } from './schemas/key-answers.ts';
import { API_KEYS, NEW_API_KEY, REVOKED_API_KEY, ROTATED_API_KEY } from './schemas/key-samples.ts';

/** `/v1/keys`: the caller's own API keys; below `/v1/agents/{id}` an agent's, and its approvers', for itself and its owner. */
export function addKeysRoutes(scope: RestScope, { app }: RestDependencies, checks: KeyChecks): void {
  const { keysKey, managersKey, ownersKey } = checks;

  scope.get(
    '/v1/keys',
    {
      onRequest: keysKey,
      schema: {
        operationId: 'listApiKeys',
        tags: ['Keys'],
        summary: "List the caller's own API keys",
        description: 'Newest first, those that ended included; the keys themselves are not shown again.',
        security: WITH_KEY,
        response: {
          200: json('The keys.', 'ApiKeyList', API_KEYS),
          ...problems('unauthenticated', 'forbidden', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const principal = keyHolder(request);
      return { items: (await app.keys.list(principal)).map((key) => apiKeyAnswer.of(shown(key, principal))) };
    },
  );

  scope.post(
    '/v1/keys',
    {
      onRequest: keysKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'createApiKey',
        tags: ['Keys'],
        summary: 'Make a further API key',
        description:
          'For the caller itself, beside those that it has. To rotate without a gap: make one, use it everywhere, revoke the old one. The body may be left out.',
        security: WITH_KEY,
        body: CreateApiKeyBody.schema,
        response: {
          201: json('The key is valid.', 'NewApiKey', NEW_API_KEY),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...CREATE_API_KEY_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const { key, apiKey } = await app.keys.create(principal, CreateApiKeyBody.read(request.body ?? {}));
      return reply.code(201).send(newApiKeyAnswer.of({ ...shown(key, principal), apiKey }));
    },
  );

  scope.get(
    '/v1/agents/:id/keys',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'listAgentApiKeys',
        tags: ['Keys'],
        summary: "List an agent's API keys",
        description: 'By the agent itself or its owner. Newest first, those that ended included.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('The keys.', 'ApiKeyList', API_KEYS),
          ...problems('unauthenticated', 'forbidden', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const principal = keyHolder(request);
      const keys = await app.keys.list(principal, { agentId: request.params.id });
      return { items: keys.map((key) => apiKeyAnswer.of(shown(key, principal))) };
    },
  );

  scope.post(
    '/v1/agents/:id/keys',
    {
      onRequest: managersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'createAgentApiKey',
        tags: ['Keys'],
        summary: 'Make a further API key of an agent',
        description: 'By the agent itself, or by its owner, for one that lost its keys. The body may be left out.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        body: CreateApiKeyBody.schema,
        response: {
          201: json('The key is valid.', 'NewApiKey', NEW_API_KEY),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...CREATE_API_KEY_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const input = { agentId: request.params.id, ...CreateApiKeyBody.read(request.body ?? {}) };
      const { key, apiKey } = await app.keys.create(principal, input);
      return reply.code(201).send(newApiKeyAnswer.of({ ...shown(key, principal), apiKey }));
    },
  );

  scope.get(
    '/v1/agents/:id/approvers/:approver_id/keys',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'listApproverApiKeys',
        tags: ['Keys'],
        summary: "List an approver's API keys",
        description: "By the agent's owner. Newest first, those that ended included.",
        security: WITH_KEY,
        params: ApproverParams,
        response: {
          200: json('The keys.', 'ApiKeyList', API_KEYS),
          ...problems('unauthenticated', 'forbidden', ApproverNotFoundError, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const principal = keyHolder(request);
      const keys = await app.keys.list(principal, await approverNamed(request.params));
      return { items: keys.map((key) => apiKeyAnswer.of(shown(key, principal))) };
    },
  );

  scope.post(
    '/v1/agents/:id/approvers/:approver_id/keys',
    {
      onRequest: ownersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'createApproverApiKey',
        tags: ['Keys'],
        summary: 'Make a further API key of an approver',
        description: "By the agent's owner, for one that lost its keys. The body may be left out.",
        security: WITH_KEY,
        params: ApproverParams,
        body: CreateApiKeyBody.schema,
        response: {
          201: json('The key is valid.', 'NewApiKey', NEW_API_KEY),
          ...problems(
            ...OF_A_BODY,
            'unauthenticated',
            'forbidden',
            ApproverNotFoundError,
            ...CREATE_API_KEY_ERRORS,
            ...ALWAYS,
          ),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const holder = await approverNamed(request.params);
      const { key, apiKey } = await app.keys.create(principal, {
        ...holder,
        ...CreateApiKeyBody.read(request.body ?? {}),
      });
      return reply.code(201).send(newApiKeyAnswer.of({ ...shown(key, principal), apiKey }));
    },
  );

  scope.post(
    '/v1/keys/:id/rotate',
    {
      onRequest: keysKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'rotateApiKey',
        tags: ['Keys'],
        summary: 'Replace an API key',
        description:
          "Makes a key with the same scopes, and ends this one after an overlap: replace it everywhere before. One of the own keys, also the one in use; an owner's agents' and approvers', too. The body may be left out.",
        security: WITH_KEY,
        params: ApiKeyIdParams,
        body: RotateApiKeyBody.schema,
        response: {
          201: json('The key has a successor.', 'RotatedApiKey', ROTATED_API_KEY),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...ROTATE_API_KEY_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const input = { apiKeyId: request.params.id, ...RotateApiKeyBody.read(request.body ?? {}) };
      const { key, former, apiKey } = await app.keys.rotate(principal, input);
      const answer = { ...shown(key, principal), apiKey, former: shown(former, principal) };
      return reply.code(201).send(rotatedApiKeyAnswer.of(answer));
    },
  );

  scope.delete(
    '/v1/keys/:id',
    {
      onRequest: keysKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'revokeApiKey',
        tags: ['Keys'],
        summary: 'Revoke an API key',
        description:
          "One of the own keys, also the one in use; an owner's agents' and approvers', too. At once, on every node; channels and streams opened with it are closed. The answer has a body only where it has something to warn of.",
        security: WITH_KEY,
        params: ApiKeyIdParams,
        response: {
          200: json('The key is revoked, and was the last one of its holder.', 'RevokedApiKey', REVOKED_API_KEY),
          204: noContent('The key is revoked.'),
          ...problems('unauthenticated', 'forbidden', ...REVOKE_API_KEY_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      const principal = keyHolder(request);
      const { key, warnings } = await app.keys.revoke(principal, { apiKeyId: request.params.id });
      if (warnings.length === 0) return reply.code(204).send();
      return revokedApiKeyAnswer.of({ ...shown(key, principal), warnings: errorsOf(warnings) });
    },
  );

  /** The approver, if it is one of the agent. Whether the caller may, the use case says. */
  async function approverNamed({ id, approver_id: approverId }: { id: string; approver_id: string }) {
    const [approvers = []] = await app.owners.approversOfAgents([await app.agents.idOf(id)]);
    if (!approvers.some((each) => each.id === approverId)) throw new ApproverNotFoundError();
    return { approverId };
  }
}

const shown = (key: ApiKey, { apiKeyId }: KeyPrincipal) => ({ ...key, isCurrent: key.id === apiKeyId });
