import type { Bus } from '../ports/bus.ts';
import type { Directory } from './directory.ts';

/** Invalidates what every node has cached of the agent: here at once, elsewhere by a hint. */
export function announceAgentChange(
  { directory, bus }: { readonly directory: Directory; readonly bus: Bus },
  { id, handle }: { readonly id: string; readonly handle: string },
): void {
  directory.forget({ id, handle });
  bus.publish('registry', '', { event: 'agent-changed', agentId: id, handle });
}
