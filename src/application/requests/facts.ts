import type { Agent } from '../../domain/agent.ts';
import type { JsonObject } from '../../domain/contract.ts';
import type { Facts } from '../../domain/verdict.ts';
import type { Directory } from '../agents/directory.ts';

type Asked = { readonly senderId: string; readonly action: string; readonly params: JsonObject };

/** What stages may use when a request to the agent is decided about, for real or as a trial. */
export async function factsOf(
  directory: Directory,
  agent: Pick<Agent, 'id'>,
  { senderId, action, params }: Asked,
): Promise<Facts['request']> {
  return { senderId, action, params, ...(await directory.documentsOf(agent.id)) };
}
