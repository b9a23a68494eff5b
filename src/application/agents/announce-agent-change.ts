import type { Changes } from '../changes/changes.ts';
import type { Directory } from './directory.ts';

/** Invalidates what every node has cached of the agent: here at once, elsewhere by a hint. */
export function announceAgentChange(
  { directory, changes }: { readonly directory: Directory; readonly changes: Changes },
  { id, handle }: { readonly id: string; readonly handle: string },
): void {
  directory.forget({ id, handle });
  changes.publish('registry', '', { event: 'agents-changed', agents: [{ id, handle }] });
}
