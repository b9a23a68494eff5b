import type { Principal } from '../../domain/principal.ts';
import type { Directory } from '../agents/directory.ts';
import type { Ports } from '../ports/ports.ts';
import type { CallWebhook } from './call-webhook.ts';
import { createManageWebhooks } from './manage-webhooks.ts';

type Dependencies = Ports & { readonly directory: Directory; readonly callWebhook: CallWebhook };

/** The use cases of webhooks. Each takes the agent by its handle as well as by its id. */
export function createWebhooks(deps: Dependencies) {
  const { directory } = deps;
  const { setWebhook, removeWebhook, testWebhook, ofAgents } = createManageWebhooks(deps);
  const ofNamed =
    <Input extends { readonly agentId: string }, Answer>(
      useCase: (principal: Principal | null, input: Input) => Promise<Answer>,
    ) =>
    async (principal: Principal | null, input: Input): Promise<Answer> =>
      useCase(principal, { ...input, agentId: await directory.idOf(input.agentId) });
  return {
    set: ofNamed(setWebhook),
    remove: ofNamed(removeWebhook),
    test: ofNamed(testWebhook),
    ofAgents,
  };
}
