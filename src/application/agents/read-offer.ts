import type { Agent } from '../../domain/agent.ts';
import type { CapabilityContract } from '../../domain/contract.ts';
import type { Directory } from './directory.ts';

/** An agent and the contract that it has in force, as this node knows them. */
export type Offer = { readonly agent: Agent; readonly contract: CapabilityContract | null };

/** What the agent of that handle or id offers; null where there is none. Open to everybody, as the directory is. */
export const createReadOffer =
  (directory: Pick<Directory, 'agentOf' | 'documentsOf'>) =>
  async (idOrHandle: string): Promise<Offer | null> => {
    const agent = await directory.agentOf(idOrHandle);
    if (agent === null) return null;
    const { contract } = await directory.documentsOf(agent.id);
    return { agent, contract };
  };
