import { RateLimitedError } from '../../domain/errors.ts';
import type { RateLimit, RateLimiter } from '../ports/rate-limiter.ts';

/** Takes one point of the limit, or throws RateLimitedError with how long to wait. */
export async function takePoint(rateLimiter: RateLimiter, limit: RateLimit, key: string): Promise<void> {
  const retryAfterSeconds = await rateLimiter.take(limit, key);
  if (retryAfterSeconds > 0) throw new RateLimitedError(retryAfterSeconds);
}
