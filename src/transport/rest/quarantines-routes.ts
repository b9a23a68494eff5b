import { LIFT_QUARANTINE_ERRORS } from '../../application/quarantines/quarantines.ts';
import { ALWAYS, json, noContent, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { quarantineAnswer } from './schemas/answers.ts';
import { AgentIdOrHandleParams } from './schemas/inputs.ts';
import { QUARANTINE } from './schemas/samples.ts';

/** `/v1/agents/{id}/quarantines`: which of its documents take more computing than they may. */
export function addQuarantinesRoutes(
  scope: RestScope,
  { app }: RestDependencies,
  { managersKey, ownersKey }: KeyChecks,
): void {
  scope.get(
    '/v1/agents/:id/quarantines',
    {
      onRequest: managersKey,
      schema: {
        operationId: 'listQuarantines',
        tags: ['Agents'],
        summary: "List which of an agent's documents are in quarantine",
        description:
          'By the agent itself or its owner. What is in quarantine was ended too often by its budget of computing: what cannot be checked without computing is answered with `agent-quarantined` for a while.',
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('What is in quarantine now.', 'QuarantineList', { items: [QUARANTINE] }),
          ...problems('unauthenticated', 'forbidden', ...ALWAYS),
        },
      },
    },
    async ({ params }) => {
      const [found = []] = await app.quarantines.ofAgents([await app.agents.idOf(params.id)]);
      return { items: found.map((quarantine) => quarantineAnswer.of(quarantine)) };
    },
  );

  scope.delete(
    '/v1/agents/:id/quarantines',
    {
      onRequest: ownersKey,
      config: { bodyIsOptional: true },
      schema: {
        operationId: 'liftQuarantine',
        tags: ['Agents'],
        summary: "Have an agent's documents evaluated again",
        description: "By the agent's owner. How often they were ended is forgotten, too.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          204: noContent('Nothing of the agent is in quarantine.'),
          ...problems('unauthenticated', 'forbidden', ...LIFT_QUARANTINE_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request, reply) => {
      await app.quarantines.lift(keyHolder(request), { agentId: request.params.id });
      return reply.code(204).send();
    },
  );
}
