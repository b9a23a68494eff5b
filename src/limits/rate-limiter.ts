import type { Redis, RedisOptions } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Log } from '../application/ports/log.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import type { Claim, RateLimit, RateLimiter } from '../application/ports/rate-limiter.ts';
import { networkOf } from '../domain/network.ts';
import { type Left, Portions } from './portions.ts';
import { type Counted, type SharedCounts, Windows } from './windows.ts';

export type RateLimits = Readonly<Record<RateLimit, number>>;

/** Takes a point, or throws RateLimiterRes. */
type Counter = {
  readonly points: number;
  take(key: string): Promise<Left>;
  refund(key: string): Promise<unknown>;
  look(key: string): Promise<Left | null>;
};

/** No number that is claimed is higher: a window's own bound is asked with each claim. */
const ANY_NUMBER = 1_000_000_000;

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
  decisions: 60,
  'failed-logins': 30,
  'failed-logins-of-device': 30,
  'failed-logins-in-all': 30,
  'failed-key-logins': 60,
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
 * Points per minute and key. With Redis the nodes count together, and take points in portions; while it is away, and where
 * there is none, each counts for itself and has its part of the limit, so that it is never off nor multiplied.
 */
export async function createRateLimiter(
  perMinute: RateLimits,
  deps: {
    /** What nodes count in together, under names that begin with the platform's prefix. */
    readonly redis: { readonly url: string; readonly prefix: string } | null;
    readonly log: Log;
    readonly metrics?: Metrics;
    /** How many nodes are alive, this one included: they share what they cannot count together. @default 1 */
    readonly nodes?: () => number;
  },
): Promise<RateLimiter & { close(): void }> {
  const { log, metrics, nodes = () => 1 } = deps;
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
    const { points } = own;
    /** What this node may give out by itself, asked anew each time: nodes come and go. */
    const shareOut = () => {
      own.points = Math.ceil(points / Math.max(1, nodes()));
      return own;
    };
    if (redis === null) {
      return {
        points,
        take: (key) => shareOut().consume(key),
        refund: (key) => own.reward(key),
        look: (key) => shareOut().get(key),
      };
    }
    const shared = new RateLimiterRedis({
      storeClient: redis.client,
      rejectIfRedisNotReady: true,
      insuranceLimiter: own,
      keyPrefix: `${redis.prefix}:limit:${limit}`,
      points,
      duration,
    });
    const portions = new Portions(shared);
    return {
      points,
      take(key) {
        shareOut();
        return portions.take(key);
      },
      refund: (key) => portions.refund(key),
      look(key) {
        shareOut();
        return portions.look(key);
      },
    };
  };
  const windows = new Windows(redis && createSharedCounts(redis.client, `${redis.prefix}:limit`), nodes);
  const limiters: Readonly<Record<RateLimit, Counter>> = {
    registrations: limiterOf('registrations'),
    submissions: limiterOf('submissions'),
    publications: limiterOf('publications'),
    'new-keys': limiterOf('new-keys'),
    'webhook-tests': limiterOf('webhook-tests'),
    decisions: limiterOf('decisions'),
    'failed-logins': limiterOf('failed-logins'),
    'failed-logins-of-device': limiterOf('failed-logins-of-device'),
    'failed-logins-in-all': limiterOf('failed-logins-in-all'),
    'failed-key-logins': limiterOf('failed-key-logins'),
    'failed-codes': limiterOf('failed-codes'),
  };
  for (const limit of [...Object.keys(limiters), 'agent']) metrics?.rateLimited.of(limit);

  function standingOf(limit: RateLimit, left: Left | null) {
    const { points: quota } = limiters[limit];
    const windowSeconds = WINDOW_SECONDS[limit];
    if (left === null) return { quota, windowSeconds, remaining: quota, resetSeconds: windowSeconds };
    const resetSeconds = Math.max(1, Math.ceil(left.msBeforeNext / 1_000));
    return { quota, windowSeconds, remaining: Math.max(0, left.remainingPoints), resetSeconds };
  }

  return {
    async take(limit, key) {
      try {
        return { ...standingOf(limit, await limiters[limit].take(networkOf(key))), retryAfterSeconds: 0 };
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        log.info({ limit, key }, 'a limit refused');
        metrics?.rateLimited.of(limit).add();
        const standing = standingOf(limit, refusal);
        return { ...standing, remaining: 0, retryAfterSeconds: standing.resetSeconds };
      }
    },
    look: async (limit, key) => standingOf(limit, await limiters[limit].look(networkOf(key))),
    async takeAll(claims, storedOf) {
      const taken = await windows.take(claims, storedOf);
      for (const [at, { isRefused }] of taken.entries()) {
        if (!isRefused) continue;
        log.info({ limit: claims[at]?.policy, key: claims[at]?.key }, 'a limit refused');
        metrics?.rateLimited.of('agent').add();
      }
      return taken;
    },
    refundAll: (claims) => windows.refund(claims),
    lookAtAll: (claims) => windows.look(claims),
    async refund(limit, key) {
      await limiters[limit].refund(networkOf(key));
    },
    close: () => redis?.client.disconnect(),
  };
}

/** Claims are told apart by their windows; all of one are asked for in one round trip, since nothing waits between them. */
function createSharedCounts(client: Redis, prefix: string): SharedCounts {
  const byWindow = new Map<number, RateLimiterRedis>();
  const counterOf = ({ windowSeconds }: Claim) => {
    const known = byWindow.get(windowSeconds);
    if (known) return known;
    const counter = new RateLimiterRedis({
      storeClient: client,
      rejectIfRedisNotReady: true,
      keyPrefix: `${prefix}:${windowSeconds}`,
      points: ANY_NUMBER,
      duration: windowSeconds,
    });
    byWindow.set(windowSeconds, counter);
    return counter;
  };
  const counted = ({ consumedPoints: count, msBeforeNext }: RateLimiterRes): Counted => ({ count, msBeforeNext });
  const keyOf = ({ policy, key }: Claim) => `${policy}:${key}`;
  return {
    add: async (claim, points) => {
      const counter = counterOf(claim);
      return counted(await (points > 0 ? counter.consume(keyOf(claim)) : counter.reward(keyOf(claim))));
    },
    look: async (claim) => {
      const found = await counterOf(claim).get(keyOf(claim));
      return found && counted(found);
    },
  };
}
