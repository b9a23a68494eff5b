import type { Principal } from '../../domain/principal.ts';
import { requireSenderItself } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import { createOfNamed } from '../agents/of-named.ts';
import type { Changes } from '../changes/changes.ts';
import type { Dispatcher } from '../channel/dispatcher.ts';
import type { PageQuery } from '../ports/page.ts';
import type { Ports } from '../ports/ports.ts';
import { createLimitsOf } from './limits-of.ts';
import { createManageLimits } from './manage-limits.ts';

type Dependencies = Ports & {
  readonly directory: Directory;
  readonly dispatcher: Dispatcher;
  readonly changes: Changes;
};

/** The use cases of limits. Each takes the agent by its handle as well as by its id. */
export function createLimits(deps: Dependencies) {
  const { directory } = deps;
  const manage = createManageLimits(deps);
  const limitsOf = createLimitsOf(deps);
  const ofNamed = createOfNamed(directory);
  return {
    setOfAgent: ofNamed(manage.setAgentLimits),
    setOfSender: ofNamed(manage.setSenderLimit),
    removeOfSender: ofNamed(manage.removeSenderLimit),
    ofAgent: async (principal: Principal | null, agentId: string) =>
      manage.limitsOfAgent(principal, await directory.idOf(agentId)),
    ofSenders: async (principal: Principal | null, agentId: string, page: PageQuery) =>
      manage.senderLimits(principal, await directory.idOf(agentId), page),
    async standing(principal: Principal | null, senderId: string, handle: string | null) {
      requireSenderItself(principal, senderId);
      return limitsOf(senderId, handle);
    },
  };
}
