import { SET_APPROVAL_SETTINGS_ERRORS } from '../../application/approvals/set-approval-settings.ts';
import { AgentNotFoundError } from '../../domain/errors.ts';
import { ALWAYS, json, OF_A_BODY, problems } from './responses.ts';
import { type KeyChecks, keyHolder, type RestDependencies, type RestScope, WITH_KEY } from './rest-scope.ts';
import { approvalSettingsAnswer } from './schemas/answers.ts';
import { APPROVAL_SETTINGS } from './schemas/approval-samples.ts';
import { AgentIdOrHandleParams, ApprovalSettingsBody } from './schemas/inputs.ts';

/** `/v1/agents/{id}/approval-settings`: how its approvals go. By the agent's owner. */
export function addApprovalSettingsRoutes(scope: RestScope, { app }: RestDependencies, { ownersKey }: KeyChecks): void {
  scope.get(
    '/v1/agents/:id/approval-settings',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'getApprovalSettings',
        tags: ['Approvals'],
        summary: "Read how an agent's approvals go",
        description: "By the agent's owner. Version 0 are the defaults, where none were set.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        response: {
          200: json('The settings.', 'ApprovalSettings', APPROVAL_SETTINGS),
          ...problems('unauthenticated', 'forbidden', AgentNotFoundError, ...ALWAYS),
        },
      },
    },
    async ({ params }) => {
      const [settings] = await app.approvals.settingsOf([await app.agents.idOf(params.id)]);
      if (settings === undefined) throw new AgentNotFoundError(params.id);
      return approvalSettingsAnswer.of(settings);
    },
  );

  scope.put(
    '/v1/agents/:id/approval-settings',
    {
      onRequest: ownersKey,
      schema: {
        operationId: 'setApprovalSettings',
        tags: ['Approvals'],
        summary: "Set how an agent's approvals go",
        description:
          "By the agent's owner. A new version with all of it: what is left out is as by default. What waits keeps its end.",
        security: WITH_KEY,
        params: AgentIdOrHandleParams,
        body: ApprovalSettingsBody.schema,
        response: {
          200: json('The settings are in force.', 'ApprovalSettings', APPROVAL_SETTINGS),
          ...problems(...OF_A_BODY, 'unauthenticated', 'forbidden', ...SET_APPROVAL_SETTINGS_ERRORS, ...ALWAYS),
        },
      },
    },
    async (request) => {
      const input = { agentId: request.params.id, ...ApprovalSettingsBody.read(request.body) };
      return approvalSettingsAnswer.of(await app.approvals.setSettings(keyHolder(request), input));
    },
  );
}
