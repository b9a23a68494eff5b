import { AgentNotFoundError } from '../../domain/errors.ts';
import type { LimitState } from '../../domain/limits.ts';
import type { Directory } from '../agents/directory.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import { bindingOf, ownerClaims } from './owner-claims.ts';

type Dependencies = { readonly directory: Directory; readonly rateLimiter: RateLimiter };

/**
 * How the limits stand that bind a sender: the platform's, and with an agent's handle or id its share of the owner's. What
 * all senders share is nobody's to know. Throws AgentNotFoundError.
 */
export function createLimitsOf({ directory, rateLimiter }: Dependencies) {
  return async (senderId: string, handle: string | null): Promise<readonly LimitState[]> => {
    const submissions = { policy: 'submissions', ...(await rateLimiter.look('submissions', senderId)) };
    if (handle === null) return [submissions];
    const agent = await directory.agentOf(handle);
    if (!agent) throw new AgentNotFoundError(handle);
    const { rules } = await directory.documentsOf(agent.id);
    const claims = ownerClaims(agent.id, senderId, rules).filter(({ isOfSender }) => isOfSender);
    const binding = bindingOf(claims, await rateLimiter.lookAtAll(claims));
    return binding === null ? [submissions] : [submissions, binding];
  };
}
