import { AgentNotFoundError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json/json.ts';
import { ALWAYS, json, OF_A_BODY, problems } from './responses.ts';
import { type RestDependencies, type RestScope, WITHOUT_KEY } from './rest-scope.ts';
import { directoryEntryAnswer } from './schemas/answers.ts';
import { HandleParams, ResolveBody } from './schemas/inputs.ts';
import { DIRECTORY_ENTRY } from './schemas/samples.ts';

/** `/v1/directory`: who is behind a handle, and what can be asked of it. */
export function addDirectoryRoutes(scope: RestScope, { app }: RestDependencies): void {
  async function resolve(handle: string): Promise<JsonObject> {
    const agent = await app.agents.find(handle);
    if (!agent) throw new AgentNotFoundError(handle);
    const [[status = 'INACTIVE'], [contract = null]] = await Promise.all([
      app.agents.statusesOf([agent.id]),
      app.agents.activeContracts([agent.id]),
    ]);
    const capabilities = contract?.capabilities ?? [];
    return directoryEntryAnswer.of({ ...agent, agentId: agent.id, status, capabilities });
  }

  scope.post(
    '/v1/directory/resolve',
    {
      schema: {
        operationId: 'resolveHandle',
        tags: ['Directory'],
        summary: 'Resolve a handle',
        description: 'Open to everybody.',
        security: WITHOUT_KEY,
        body: ResolveBody,
        response: {
          200: json('The agent and what it offers.', 'DirectoryEntry', DIRECTORY_ENTRY),
          ...problems(...OF_A_BODY, 'agent-not-found', ...ALWAYS),
        },
      },
    },
    async ({ body }) => resolve(body.handle),
  );

  scope.get(
    '/v1/directory/:handle',
    {
      schema: {
        operationId: 'getDirectoryEntry',
        tags: ['Directory'],
        summary: 'Resolve a handle by its address',
        description: 'Open to everybody. The same as resolveHandle.',
        security: WITHOUT_KEY,
        params: HandleParams,
        response: {
          200: json('The agent and what it offers.', 'DirectoryEntry', DIRECTORY_ENTRY),
          ...problems('agent-not-found', ...ALWAYS),
        },
      },
    },
    async ({ params }) => resolve(params.handle),
  );
}
