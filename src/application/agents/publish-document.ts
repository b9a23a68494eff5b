import { Type } from 'typebox';
import { AgentNotFoundError, type InputIssue, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import { withDefault } from '../../domain/fields.ts';
import { newId } from '../../domain/new-id.ts';
import type { Principal } from '../../domain/principal.ts';
import type { Findings } from '../../domain/publication.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireManagerOf } from '../access.ts';
import { logActOfAdmin } from '../admin/log-act.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { AgentStore } from '../ports/agent-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Published } from '../ports/document-store.ts';
import type { Log } from '../ports/log.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { StorageTotals } from '../storage/storage-totals.ts';
import { announceAgentChange } from './announce-agent-change.ts';
import type { Directory } from './directory.ts';

type Dependencies = {
  readonly agents: AgentStore;
  readonly directory: Directory;
  readonly storageTotals: Pick<StorageTotals, 'refuse'>;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
  readonly log: Log;
};

/** The field of every publication's input that says whether it is one. */
export const CHECK = withDefault(
  false,
  Type.Boolean({ description: 'Whether only to say what publishing would find: nothing is published.' }),
);

/** What is published: how it is checked, and how its next version is stored (null when there is no such agent). */
type Draft<Document> = {
  /** What the log calls it. */
  readonly what: 'contract' | 'policies';
  readonly isCheckOnly: boolean;
  check(): Promise<Findings>;
  store(id: string, at: Date): Promise<Published<Document> | null>;
};

/** What became of it, with paths that start with `input.`. */
export type Publication<Document> = {
  /** The new version; null where it was only checked. */
  readonly document: Document | null;
  /** Why it could not be published; empty unless it was only checked. */
  readonly issues: readonly InputIssue[];
  /** What does not fit, and stands in nobody's way. */
  readonly warnings: readonly InputIssue[];
};

export type PublishDocument = ReturnType<typeof createPublishDocument>;

/** What publishing a document throws. AgentNotFoundError to admins only. */
export const PUBLISH_DOCUMENT_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/**
 * Publishes the next version of one of an agent's documents; the one before is kept and deactivated. By the agent, its
 * owner or an admin. Throws PUBLISH_DOCUMENT_ERRORS; InvalidInputError names every problem. Only checking it costs the same
 * and answers the problems instead.
 */
export function createPublishDocument({
  agents,
  directory,
  storageTotals,
  rateLimiter,
  changes,
  clock,
  log,
}: Dependencies) {
  return async <Document>(
    principal: Principal | null,
    agentId: string,
    { what, isCheckOnly, check, store }: Draft<Document>,
  ): Promise<Publication<Document>> => {
    await requireManagerOf(principal, agentId, directory.ownerOf);
    await takePoint(rateLimiter, 'publications', agentId);
    const findings = await check();
    const errors = inputIssues(findings.errors);
    const warnings = inputIssues(findings.warnings).found;
    if (isCheckOnly) {
      await requireExistence(agentId);
      return { document: null, issues: errors.found, warnings };
    }
    errors.throwIfAny();
    if (!isUuid(agentId)) throw new AgentNotFoundError(agentId);
    storageTotals.refuse(principal, { agentId, ownerId: await directory.ownerOf(agentId) });
    const published = await store(newId(), clock.now());
    if (!published) throw new AgentNotFoundError(agentId);
    announceAgentChange({ directory, changes }, { id: agentId, handle: published.handle });
    logActOfAdmin(log, principal, 'publish a document', { agentId, document: what });
    return { document: published.document, issues: [], warnings };
  };

  async function requireExistence(agentId: string): Promise<void> {
    const [agent = null] = isUuid(agentId) ? await agents.byIds([agentId]) : [];
    if (agent === null) throw new AgentNotFoundError(agentId);
  }
}

function inputIssues(found: readonly InputIssue[]): InputIssues {
  const issues = new InputIssues();
  issues.addAll(found);
  return issues;
}
