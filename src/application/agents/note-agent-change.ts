import type { Bus } from '../ports/bus.ts';
import type { RegistryStore } from '../ports/registry-store.ts';
import type { Directory } from './directory.ts';

/** Drops what every node has cached of the agent. */
export async function noteAgentChange(
  { registry, directory, bus }: { registry: RegistryStore; directory: Directory; bus: Bus },
  agentId: string,
): Promise<void> {
  const [agent] = await registry.agentsByIds([agentId]);
  if (!agent) return;
  directory.forget(agent);
  bus.publish('registry', '', { event: 'agent-changed', agentId, handle: agent.handle });
}
