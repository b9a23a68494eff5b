import { v7 as newId } from 'uuid';
import { AgentNotFoundError, type InputIssue, InvalidInputError, RateLimitedError } from '../../domain/errors.ts';
import type { Principal } from '../../domain/principal.ts';
import { isUuid } from '../../domain/uuid.ts';
import { requireOwner } from '../access.ts';
import type { Changes } from '../changes/changes.ts';
import { InputIssues } from '../input-issues.ts';
import { takePoint } from '../limits/take-point.ts';
import type { Clock } from '../ports/clock.ts';
import type { Published } from '../ports/document-store.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { announceAgentChange } from './announce-agent-change.ts';
import type { Directory } from './directory.ts';

type Dependencies = {
  readonly directory: Directory;
  readonly rateLimiter: RateLimiter;
  readonly changes: Changes;
  readonly clock: Clock;
};

/** What is published: how it is checked, and how its next version is stored (null when there is no such agent). */
type Publication<Document> = {
  check(): readonly InputIssue[] | Promise<readonly InputIssue[]>;
  store(id: string, at: Date): Promise<Published<Document> | null>;
};

export type PublishDocument = ReturnType<typeof createPublishDocument>;

/** What publishing a document throws. AgentNotFoundError to admins only. */
export const PUBLISH_DOCUMENT_ERRORS = [InvalidInputError, AgentNotFoundError, RateLimitedError] as const;

/**
 * Publishes the next version of one of an agent's documents; the one before is kept and deactivated. By the agent or
 * an admin. Throws PUBLISH_DOCUMENT_ERRORS; InvalidInputError names every problem.
 */
export function createPublishDocument({ directory, rateLimiter, changes, clock }: Dependencies) {
  return async <Document>(
    principal: Principal | null,
    agentId: string,
    { check, store }: Publication<Document>,
  ): Promise<Document> => {
    requireOwner(principal, agentId);
    await takePoint(rateLimiter, 'publications', agentId);
    const issues = new InputIssues();
    issues.addAll(await check());
    issues.throwIfAny();
    if (!isUuid(agentId)) throw new AgentNotFoundError();
    const published = await store(newId(), clock.now());
    if (!published) throw new AgentNotFoundError();
    announceAgentChange({ directory, changes }, { id: agentId, handle: published.handle });
    return published.document;
  };
}
