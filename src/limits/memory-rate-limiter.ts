import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimiter } from '../application/ports/rate-limiter.ts';

export type RateLimits = Readonly<Record<Parameters<RateLimiter['take']>[0], number>>;

/** Points per minute and key, counted in this process. */
export function createMemoryRateLimiter(perMinute: RateLimits): RateLimiter {
  const limiters = new Map(
    Object.entries(perMinute).map(([limit, points]) => [limit, new RateLimiterMemory({ points, duration: 60 })]),
  );
  return {
    async take(limit, key) {
      const limiter = limiters.get(limit);
      if (!limiter) throw new Error(`there is no rate limit "${limit}"`);
      try {
        await limiter.consume(key);
        return 0;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      }
    },
  };
}
