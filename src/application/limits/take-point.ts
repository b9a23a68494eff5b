import { RateLimitedError } from '../../domain/errors.ts';
import { noteLimit } from '../ports/call.ts';
import type { RateLimit, RateLimiter } from '../ports/rate-limiter.ts';

/** Limits that whoever is bound by them is told of before it meets them. */
const TOLD: ReadonlySet<RateLimit> = new Set(['submissions', 'registrations']);

/** Takes one point of the limit, or throws RateLimitedError with how long to wait. */
export async function takePoint(rateLimiter: RateLimiter, limit: RateLimit, key: string): Promise<void> {
  const { retryAfterSeconds, ...state } = await rateLimiter.take(limit, key);
  if (TOLD.has(limit)) noteLimit({ policy: limit, partition: null, ...state });
  if (retryAfterSeconds > 0) throw new RateLimitedError(retryAfterSeconds, undefined, [limit]);
}
