import type { Principal } from '../../domain/principal.ts';
import type { RejectionsOfSender } from '../../domain/rejections-not-kept.ts';
import { requireManagerOf } from '../access.ts';
import type { Directory } from '../agents/directory.ts';
import type { RejectionStore } from '../ports/rejection-store.ts';

/** By sender and stage, the most frequent. */
const LISTED_MAX = 20;

type Dependencies = {
  readonly rejections: Pick<RejectionStore, 'ofAgent'>;
  readonly directory: Pick<Directory, 'ownerOf'>;
};

/** What was rejected at an agent and is only counted: for the agent, its owner and administrators. */
export const createReadRejections =
  ({ rejections, directory }: Dependencies) =>
  async (principal: Principal | null, agentId: string, since: Date): Promise<readonly RejectionsOfSender[]> => {
    await requireManagerOf(principal, agentId, directory.ownerOf);
    return rejections.ofAgent(agentId, since, LISTED_MAX);
  };
