import type { Changes } from '../changes/changes.ts';
import type { ChangedAgent } from '../changes/changes-by-topic.ts';
import type { Directory } from './directory.ts';

/** Invalidates what every node has cached of the agent: here at once, elsewhere by a hint. */
export function announceAgentChange(
  { directory, changes }: { readonly directory: Directory; readonly changes: Changes },
  agent: ChangedAgent,
): void {
  directory.forget(agent);
  changes.publish('registry', '', { event: 'agents-changed', agents: [agent] });
}
