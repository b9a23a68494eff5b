import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit, RateLimiter } from '../application/ports/rate-limiter.ts';

export type RateLimits = Readonly<Record<RateLimit, number>>;

/** How long a limit counts, in seconds. Failed logins: so short that whoever mistyped waits half a minute at most. */
const WINDOW_SECONDS: Readonly<Record<RateLimit, number>> = {
  registrations: 60,
  submissions: 60,
  'failed-logins': 30,
  'failed-logins-in-all': 30,
};

/** Points per minute and key, counted in this process. */
export function createMemoryRateLimiter(perMinute: RateLimits): RateLimiter {
  const limiterOf = (limit: RateLimit) => {
    const duration = WINDOW_SECONDS[limit];
    return new RateLimiterMemory({ points: Math.ceil((perMinute[limit] * duration) / 60), duration });
  };
  const limiters: Readonly<Record<RateLimit, RateLimiterMemory>> = {
    registrations: limiterOf('registrations'),
    submissions: limiterOf('submissions'),
    'failed-logins': limiterOf('failed-logins'),
    'failed-logins-in-all': limiterOf('failed-logins-in-all'),
  };
  return {
    async take(limit, key) {
      try {
        await limiters[limit].consume(key);
        return 0;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      }
    },
    async giveBack(limit, key) {
      await limiters[limit].reward(key);
    },
  };
}
