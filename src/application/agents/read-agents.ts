import type { Agent, AgentStatus } from '../../domain/agent.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import { EMPTY_PAGE, type Page, type PageQuery } from '../ports/page.ts';
import type { PresenceStore } from '../ports/presence-store.ts';
import { type AgentFilterInput, agentFilterOf } from './agent-filter.ts';
import { findAgent } from './find-agent.ts';

type Dependencies = {
  readonly agents: AgentStore;
  readonly presence: PresenceStore;
  readonly clock: Clock;
  readonly nodeTimeoutMs: number;
};

/** Agents as the directory shows them, open to everybody. */
export function createReadAgents({ agents, presence, clock, nodeTimeoutMs }: Dependencies) {
  const aliveSince = () => new Date(clock.now().getTime() - nodeTimeoutMs);

  /** By id or by handle, whichever the text is; null where there is none. */
  const find = (idOrHandle: string): Promise<Agent | null> => findAgent(agents, idOrHandle);

  /** In the order of the ids; null where there is none. */
  const byIds = (ids: readonly string[]): Promise<readonly (Agent | null)[]> => agents.byIds(ids);

  /** The directory, newest first. */
  async function list(input: AgentFilterInput, page: PageQuery): Promise<Page<Agent>> {
    const filter = agentFilterOf(input, aliveSince());
    return filter === null ? EMPTY_PAGE : agents.list(filter, page);
  }

  /** Per agent, in the order of the ids. */
  async function statusesOf(agentIds: readonly string[]): Promise<readonly AgentStatus[]> {
    const connected = await presence.areConnected(agentIds, aliveSince());
    return connected.map((each) => (each ? 'ACTIVE' : 'INACTIVE'));
  }

  return { find, byIds, list, statusesOf };
}
