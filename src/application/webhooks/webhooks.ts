import type { Directory } from '../agents/directory.ts';
import { createOfNamed } from '../agents/of-named.ts';
import type { Ports } from '../ports/ports.ts';
import type { CallWebhook } from './call-webhook.ts';
import { createManageWebhooks } from './manage-webhooks.ts';

type Dependencies = Ports & { readonly directory: Directory; readonly callWebhook: CallWebhook };

/** The use cases of webhooks. Each takes the agent by its handle as well as by its id. */
export function createWebhooks(deps: Dependencies) {
  const { directory } = deps;
  const { setWebhook, removeWebhook, testWebhook, ofAgents } = createManageWebhooks(deps);
  const ofNamed = createOfNamed(directory);
  return {
    set: ofNamed(setWebhook),
    remove: ofNamed(removeWebhook),
    test: ofNamed(testWebhook),
    ofAgents,
  };
}
