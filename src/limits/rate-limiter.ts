import type { RedisOptions } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../application/ports/log.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type { RateLimit, RateLimiter } from '../application/ports/rate-limiter.ts';
import { networkOf } from '../domain/network.ts';
import { Portions } from './portions.ts';

export type RateLimits = Readonly<Record<RateLimit, number>>;

/** Takes a point, or throws RateLimiterRes. */
type Counter = { take(key: string): Promise<unknown>; refund(key: string): Promise<unknown> };

/**
 * How long a limit counts, in seconds. Failed logins: so short that whoever mistyped waits half a minute at most. Failed
 * codes of six digits, which only somebody with the password gets to try: so long that guessing takes years.
 */
const WINDOW_SECONDS: Readonly<Record<RateLimit, number>> = {
  registrations: 60,
  submissions: 60,
  publications: 60,
  'new-keys': 60,
  'webhook-tests': 60,
  'failed-logins': 30,
  'failed-logins-of-device': 30,
  'failed-logins-in-all': 30,
  'failed-codes': 900,
};

/** Whoever asks waits for the answer, so a Redis that is silent counts as away, and nothing is asked of it twice. */
const PROMPT: RedisOptions = {
  enableOfflineQueue: false,
  commandTimeout: 500,
  socketTimeout: 2_000,
  maxRetriesPerRequest: 0,
};

/**
 * Points per minute and key. With Redis the nodes count together, and take points in portions; while it is away each
 * counts for itself, so a limit is never off.
 */
export async function createRateLimiter(
  perMinute: RateLimits,
  deps: {
    /** What nodes count in together, under names that begin with the platform's prefix. */
    readonly redis: { readonly url: string; readonly prefix: string } | null;
    readonly log: Log;
    readonly metrics?: Metrics;
  },
): Promise<RateLimiter & { close(): void }> {
  const { log, metrics } = deps;
  // Its client is loaded only where there is one: it would be a tenth of a start.
  const redis = deps.redis && {
    client: new (await import('ioredis')).Redis(deps.redis.url, PROMPT),
    prefix: deps.redis.prefix,
  };
  redis?.client.on('error', (error: Error) =>
    log.warn({ err: error }, 'rates are counted by each node alone: Redis cannot be reached'),
  );

  const limiterOf = (limit: RateLimit): Counter => {
    const duration = WINDOW_SECONDS[limit];
    const own = new RateLimiterMemory({ points: Math.ceil((perMinute[limit] * duration) / 60), duration });
    if (redis === null) return { take: (key) => own.consume(key), refund: (key) => own.reward(key) };
    const shared = new RateLimiterRedis({
      storeClient: redis.client,
      rejectIfRedisNotReady: true,
      insuranceLimiter: own,
      keyPrefix: `${redis.prefix}:limit:${limit}`,
      points: own.points,
      duration,
    });
    return new Portions(shared);
  };
  const limiters: Readonly<Record<RateLimit, Counter>> = {
    registrations: limiterOf('registrations'),
    submissions: limiterOf('submissions'),
    publications: limiterOf('publications'),
    'new-keys': limiterOf('new-keys'),
    'webhook-tests': limiterOf('webhook-tests'),
    'failed-logins': limiterOf('failed-logins'),
    'failed-logins-of-device': limiterOf('failed-logins-of-device'),
    'failed-logins-in-all': limiterOf('failed-logins-in-all'),
    'failed-codes': limiterOf('failed-codes'),
  };
  for (const limit of Object.keys(limiters)) metrics?.rateLimited.of(limit);
  return {
    async take(limit, key) {
      try {
        await limiters[limit].take(networkOf(key));
        return 0;
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        log.info({ limit, key }, 'a limit refused');
        metrics?.rateLimited.of(limit).add();
        return Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
      }
    },
    async refund(limit, key) {
      await limiters[limit].refund(networkOf(key));
    },
    close: () => redis?.client.disconnect(),
  };
}
