import { RateLimitedError } from '../../domain/errors.ts';
import { noteLimit, noteRefund } from '../ports/call.ts';
import type { RateLimit, RateLimiter } from '../ports/rate-limiter.ts';

/** Limits of what a caller names, such as an agent, of which it may have several: those are told apart. */
const OF_WHAT_IS_NAMED: ReadonlySet<RateLimit> = new Set(['publications', 'new-keys', 'webhook-tests']);

const partitionOf = (limit: RateLimit, key: string): string | null => (OF_WHAT_IS_NAMED.has(limit) ? key : null);

/** Takes one point of the limit, or throws RateLimitedError with how long to wait. The answer says how the limit stands. */
export async function takePoint(rateLimiter: RateLimiter, limit: RateLimit, key: string): Promise<void> {
  const { retryAfterSeconds, ...state } = await rateLimiter.take(limit, key);
  noteLimit({ policy: limit, partition: partitionOf(limit, key), ...state });
  if (retryAfterSeconds > 0) throw new RateLimitedError(retryAfterSeconds, undefined, [limit]);
}

/** Gives back a point that was taken for something that is not to be counted after all. */
export async function refundPoint(rateLimiter: RateLimiter, limit: RateLimit, key: string): Promise<void> {
  await rateLimiter.refund(limit, key);
  noteRefund(limit, partitionOf(limit, key));
}
