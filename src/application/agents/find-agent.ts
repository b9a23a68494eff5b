import { type Agent, isCanonicalHandle } from '../../domain/agent.ts';
import { isUuid } from '../../domain/uuid.ts';
import type { AgentStore } from '../ports/agent-store.ts';

/** Whether the text can name an agent at all: as a handle or as an id. None is both, since handles have no hyphens. */
export const canNameAgent = (text: string): boolean => isCanonicalHandle(text) || isUuid(text);

/** The agent of that id or handle, whichever the text is; null where there is none, also for what can be neither. */
export async function findAgent(agents: AgentStore, idOrHandle: string): Promise<Agent | null> {
  if (!canNameAgent(idOrHandle)) return null;
  if (!isUuid(idOrHandle)) return agents.byHandle(idOrHandle);
  const [agent = null] = await agents.byIds([idOrHandle]);
  return agent;
}
