import { Type } from 'typebox';
import type { Agent } from '../../domain/agent.ts';
import { AgentNotFoundError, AgentQuarantinedError, InvalidInputError } from '../../domain/errors.ts';
import { type InputValueOf, id, nullable } from '../../domain/fields.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Quarantine, QuarantineTerms } from '../../domain/quarantine.ts';
import { requireOwnerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import { announceAgentChange } from '../agents/announce-agent-change.ts';
import type { Directory } from '../agents/directory.ts';
import { createOfNamed } from '../agents/of-named.ts';
import { actOf } from '../audit/act.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Metrics } from '../ports/metrics.ts';
import type { QuarantineStore } from '../ports/quarantine-store.ts';

export const LIFT_QUARANTINE = Type.Object({
  agentId: id("The agent's id or handle."),
  reason: nullable(
    Type.String({
      maxLength: 500,
      multiline: true,
      description: 'Why, for the trail of what was done with the agent.',
    }),
  ),
});
export type LiftQuarantineInput = InputValueOf<typeof LIFT_QUARANTINE>;

/** What lifting throws. AgentNotFoundError to admins only. */
export const LIFT_QUARANTINE_ERRORS = [InvalidInputError, AgentNotFoundError] as const;

type Dependencies = {
  readonly quarantines: QuarantineStore;
  readonly directory: Directory;
  readonly changes: Changes;
  readonly teller: { wake(): void };
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly settings: { readonly quarantine: QuarantineTerms };
};

/**
 * Versions of contracts and policy sets that their budget ended too often are not evaluated in threads for a while, on any node
 * (docs/decisions/0076). Nothing is asked or written for what keeps to its budget.
 */
export function createQuarantines(deps: Dependencies) {
  const { quarantines, directory, changes, teller, clock, log, metrics, settings } = deps;
  const terms = settings.quarantine;

  async function note(agentId: string, documentId: string): Promise<void> {
    const begun = await quarantines.noteTimeout(agentId, documentId, clock.now(), terms);
    if (begun === null) return;
    const { handle, quarantine } = begun;
    announceAgentChange({ directory, changes }, { id: agentId, handle });
    teller.wake();
    metrics.quarantines.of(quarantine.document === 'CONTRACT' ? 'contract' : 'policies').add();
    const { document, version, until } = quarantine;
    log.warn({ agentId, handle, document, version, until }, 'a document was ended too often, and is in quarantine');
  }

  /** By the agent's owner or an administrator; what was counted is forgotten. Throws LIFT_QUARANTINE_ERRORS. */
  async function lift(principal: Principal | null, input: LiftQuarantineInput): Promise<Agent> {
    const { agentId, reason = null } = input;
    const known = await requireOwnerOf(principal, agentId, directory.ownerOf);
    const issues = new InputIssues();
    issues.texts(LIFT_QUARANTINE, input);
    issues.throwIfAny();
    const agent = await directory.agentOf(agentId);
    if (agent === null) throw new AgentNotFoundError(agentId);
    if (await quarantines.lift(agent.id, actOf(known, clock.now(), { reason }))) {
      announceAgentChange({ directory, changes }, agent);
      logActOfAdmin(log, known, 'lift a quarantine', { agentId: agent.id, handle: agent.handle, reason });
    }
    return agent;
  }

  return {
    lift: createOfNamed(directory)(lift),

    /** What of each agent is in quarantine now, in the order of the ids. */
    async ofAgents(agentIds: readonly string[]): Promise<readonly (readonly Quarantine[])[]> {
      const now = clock.now();
      const found = await quarantines.ofAgents(agentIds);
      return found.map((ofAgent) => ofAgent.filter(({ until }) => until > now));
    },

    /** Throws AgentQuarantinedError where that version of a document is in quarantine. By what the node knows of the agent. */
    async refuse(agentId: string, documentId: string): Promise<void> {
      const known = (await directory.documentsOf(agentId)).quarantines.find((each) => each.documentId === documentId);
      const leftMs = known === undefined ? 0 : known.until.getTime() - clock.now().getTime();
      if (leftMs > 0) throw new AgentQuarantinedError(leftMs / 1_000);
    },

    /** A job was ended by its budget for that version of a document. */
    noteTimeout(agentId: string, documentId: string): void {
      if (terms.afterTimeouts === 0) return;
      note(agentId, documentId).catch((error: unknown) =>
        log.warn({ err: error, agentId }, 'that a document was ended by its budget is not counted'),
      );
    },
  };
}
