import type { Act } from '../../domain/actor.ts';
import type { QuarantineRecord, QuarantineTerms } from '../../domain/quarantine.ts';

/**
 * How often documents in force were ended by their budget lately, and which are in quarantine for it. One row for each of an
 * agent's documents: that of a version that is in force no more says nothing.
 */
export interface QuarantineStore {
  /** Of documents in force, by agent and in the order of the agents; those that are over by now are among them. */
  ofAgents(agentIds: readonly string[]): Promise<readonly (readonly QuarantineRecord[])[]>;
  /**
   * The version of a document was ended by its budget at that moment. Answers the quarantine that this was the last straw for,
   * and the agent's handle; null where it was not, and where the version is in quarantine or in force no more.
   */
  noteTimeout(
    agentId: string,
    documentId: string,
    at: Date,
    terms: QuarantineTerms,
  ): Promise<{ readonly quarantine: QuarantineRecord; readonly handle: string } | null>;
  /** Ends every quarantine of the agent, and what was counted. Answers whether any was in force at the moment of the act. */
  lift(agentId: string, act: Act): Promise<boolean>;
}
