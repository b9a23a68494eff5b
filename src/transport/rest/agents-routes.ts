import { DELETE_AGENT_ERRORS } from '../../application/agents/delete-agent.ts';
import { PUBLISH_DOCUMENT_ERRORS, type Publication } from '../../application/agents/publish-document.ts';
import { REGISTER_AGENT_ERRORS } from '../../application/agents/register-agent.ts';
import { REPLAY_POLICIES_ERRORS } from '../../application/agents/replay-policies.ts';
import { UPDATE_AGENT_ERRORS } from '../../application/agents/update-agent.ts';
import { AgentNotFoundError, type InputIssue } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import { errorsOf } from './domain-problems.ts';
import { PROBLEMS } from './problem-catalogue.ts';
import { ProblemError } from './problem-details.ts';
import { ALWAYS, json, noContent, OF_A_BODY, problems } from './responses.ts';
import {
  type KeyChecks,
  keyHolder,
  type RestDependencies,
  type RestScope,
  WITH_KEY,
  WITH_OR_WITHOUT_KEY,
  WITHOUT_KEY,
} from './rest-scope.ts';
import {
  agentAnswer,
  contractAnswer,
  documentCheckAnswer,
  policyReplayAnswer,
  policySetAnswer,
  registeredAgentAnswer,
} from './schemas/answers.ts';
import {
  AgentIdOrHandleParams,
  PublishCapabilitiesBody,
  PublishPoliciesBody,
  PublishQuery,
  RegisterAgentBody,
  ReplayPoliciesBody,
  UpdateAgentBody,
} from './schemas/inputs.ts';
import { AGENT, CONTRACT, POLICY_SET, REGISTERED_AGENT, REPLAY } from './schemas/samples.ts';

/** What every operation that needs the agent's own key can answer. */
const OF_THE_OWNER = ['unauthenticated', 'forbidden'] as const;

/** `/v1/agents`: registering, looking up, publishing, deleting. */
export function addAgentsRoutes(scope: RestScope, { app }: RestDependencies, { anyKey, managersKey }: KeyChecks): void {
  scope.post(
    '/v1/agents',
    {
      onRequest: anyKey,
      schema: {
        operationId: 'registerAgent',
        tags: ['Agents'],
        summary: 'Register an agent',
        description:
          "Open to everybody, unless REGISTRATION says otherwise. Answers the first API key, and the owner's, which are shown only here; with an owner's key it is that owner's, and with a key that opens nothing nothing is registered.",
        security: WITH_OR_WITHOUT_KEY,
        body: RegisterAgentBody.schema,
        response: {
          201: json('The agent is registered.', 'RegisteredAgent', REGISTERED_AGENT),
          ...problems(
            ...OF_A_BODY,
            'unauthenticated',
            'forbidden',
            ...REGISTER_AGENT_ERRORS,
            'storage-full',
            ...ALWAYS,
          ),
        },
      },
    },
    async (request, reply) => {
      const { body, callersAddress } = request;
      const input = RegisterAgentBody.read(body);
      const { agent, ...keys } = await app.agents.register(request.keyHolder, input, callersAddress);
      return reply.code(201).send(registeredAgentAnswer.of({ ...agent, ...keys, status: 'INACTIVE' }));
    },
  );

  scope.get(
    '/v1/agents/:id',
    {
      schema: {
        operationId: 'getAgent',
        tags: ['Agents'],
        summary: 'Look an agent up by id or handle',
        description: 'Open to everybody.',
        security: WITHOUT_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('The agent.', 'Agent', AGENT),
          ...problems('agent-not-found', ...ALWAYS),
        },
      },
    },
    async ({ params }) => {
      const agent = await app.agents.find(params.id);
      if (!agent) throw new AgentNotFoundError(params.id);
      const [status = 'INACTIVE'] = await app.agents.statusesOf([agent.id]);
      return agentAnswer.of({ ...agent, status });
    },
  );

  // The channel itself is no business of HTTP; who asks for it by HTTP is told so (RFC 9110, section 15.5.22).
  scope.get('/v1/agents/:id/ws', { schema: { hide: true } }, () => {
    const { detail } = PROBLEMS['upgrade-required'];
    throw new ProblemError({ kind: 'upgrade-required', detail, headers: { upgrade: 'websocket' } });
  });

  scope.patch(
    '/v1/agents/:id',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'updateAgent',
        tags: ['Agents'],
        summary: 'Change the agent',
        description:
          "What is left out stays. By the agent itself or its owner; `agent_keys_manage` by its owner alone: with `false` the agent's own keys no longer do what `agent:manage` allows.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        body: UpdateAgentBody.schema,
        response: {
          200: json('The agent as it is now.', 'Agent', AGENT),
          ...problems(...OF_A_BODY, ...OF_THE_OWNER, ...UPDATE_AGENT_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const input = { agentId: request.params.id, ...UpdateAgentBody.read(request.body) };
      const agent = await app.agents.update(keyHolder(request), input);
      const [status = 'INACTIVE'] = await app.agents.statusesOf([agent.id]);
      return agentAnswer.of({ ...agent, status });
    },
  );

  scope.delete(
    '/v1/agents/:id',
    {
      onRequest: managersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'deleteAgent',
        tags: ['Agents'],
        summary: 'Delete the agent',
        description:
          'By the agent itself: its keys, contracts and policies are gone, its channels closed with 4001, its open requests `cancelled`; their senders can still read them.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          204: noContent('The agent is deleted.'),
          ...problems(...OF_THE_OWNER, ...DELETE_AGENT_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      await app.agents.delete(keyHolder(request), { agentId: request.params.id });
      return reply.code(204).send();
    },
  );

  scope.put(
    '/v1/agents/:id/capabilities',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'publishCapabilities',
        tags: ['Agents'],
        summary: 'Publish what the agent offers',
        description: 'A new version of the contract; the one before is kept and deactivated.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        querystring: PublishQuery,
        body: PublishCapabilitiesBody.schema,
        response: {
          200: json(
            'The contract is in force, or was checked with `check=true`.',
            ['CapabilityContract', 'DocumentCheck'],
            CONTRACT,
          ),
          ...problems(...OF_A_BODY, ...OF_THE_OWNER, ...PUBLISH_DOCUMENT_ERRORS, 'storage-full', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const document = PublishCapabilitiesBody.read(request.body);
      const input = { agentId: request.params.id, ...document, check: request.query.check === 'true' };
      return published(contractAnswer, await app.agents.publishCapabilities(keyHolder(request), input));
    },
  );

  scope.put(
    '/v1/agents/:id/policies',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'publishPolicies',
        tags: ['Agents'],
        summary: "Publish the agent's rules",
        description: 'A new version of the policy set; the one before is kept and deactivated.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        querystring: PublishQuery,
        body: PublishPoliciesBody.schema,
        response: {
          200: json(
            'The rules are in force, or were checked with `check=true`.',
            ['PolicySet', 'DocumentCheck'],
            POLICY_SET,
          ),
          ...problems(...OF_A_BODY, ...OF_THE_OWNER, ...PUBLISH_DOCUMENT_ERRORS, 'storage-full', ...ALWAYS),
        },
      },
    },
    async (request) => {
      const document = PublishPoliciesBody.read(request.body);
      const input = { agentId: request.params.id, ...document, check: request.query.check === 'true' };
      return published(policySetAnswer, await app.agents.publishPolicies(keyHolder(request), input));
    },
  );

  scope.post(
    '/v1/agents/:id/policies/replay',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'replayPolicies',
        tags: ['Agents'],
        summary: 'Try rules on past requests',
        description: [
          "What the agent's newest stored requests would have got under rules that are not published.",
          'One at a time for each agent. Nothing is stored.',
        ].join(' '),
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        body: ReplayPoliciesBody.schema,
        response: {
          200: json('What would have changed.', 'PolicyReplay', REPLAY),
          ...problems(...OF_A_BODY, ...OF_THE_OWNER, ...REPLAY_POLICIES_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const input = { agentId: request.params.id, ...ReplayPoliciesBody.read(request.body) };
      return policyReplayAnswer.of(await app.agents.replayPolicies(keyHolder(request), input));
    },
  );
}

type AnswerOf<Document> = { of(record: Document & { readonly warnings: InputIssue[] }): JsonObject };

/** The new version, or what was found where it was only checked. */
function published<Document>(answer: AnswerOf<Document>, { document, issues, warnings }: Publication<Document>) {
  const found = { warnings: errorsOf(warnings) };
  if (document === null) return documentCheckAnswer.of({ errors: errorsOf(issues), ...found });
  return answer.of({ ...document, ...found });
}
