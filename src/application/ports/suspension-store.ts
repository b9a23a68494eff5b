import type { Act } from '../../domain/actor.ts';
import type { SuspendedKind, Suspension } from '../../domain/suspension.ts';

/**
 * Agents and senders that administrators have stopped. Every method is one transaction; what it answers is committed. Ids
 * that are not UUIDs are simply unknown.
 */
export interface SuspensionStore {
  /** In the order of the ids; null for who is not suspended, and for who does not exist. */
  bySubjects(ids: readonly string[]): Promise<readonly (Suspension | null)[]>;
  /** Answers whether there is an agent, or a sender, of that id. One that is suspended already is so for the new reason. */
  suspend(kind: SuspendedKind, id: string, suspension: Suspension, act?: Act): Promise<boolean>;
  /** Answers whether it was suspended. */
  resume(kind: SuspendedKind, id: string, act?: Act): Promise<boolean>;
  /** Suspended agents that hold a channel of the node. */
  agentsWithChannel(nodeId: string): Promise<readonly string[]>;
}
