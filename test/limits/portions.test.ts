import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limits/rate-limiter.ts';
import { eventually } from '../testkit/eventually.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';
import { PER_MINUTE } from './per-minute.ts';

const LIMIT = PER_MINUTE.submissions;
/** What a node may keep from the others: 1 % of the limit. */
const PORTION = 10;
type RateLimiterNode = Awaited<ReturnType<typeof createRateLimiter>>;

describe.skipIf(!HAS_REDIS)('Nodes that share a Redis', () => {
  let redis: TestRedis;
  let nodes: readonly RateLimiterNode[];
  beforeAll(async () => {
    redis = await startRedis({ asDeployed: true });
    nodes = await startNodes('one');
  });
  afterAll(async () => {
    for (const node of nodes) node.close();
    await redis.stop();
  });

  /** Two of one platform, which are connected. */
  async function startNodes(platform: string): Promise<readonly RateLimiterNode[]> {
    const startNode = () =>
      createRateLimiter(PER_MINUTE, {
        redis: { url: redis.url, prefix: `clawcierge:${platform}` },
        log: createRecordingLog(),
      });
    const [a, b] = [await startNode(), await startNode()];
    // Until they are connected each counts for itself.
    await eventually(async () => {
      const key = randomUUID();
      await takeAll(a, 'publications', key);
      expect((await b.take('publications', key)).retryAfterSeconds).toBeGreaterThan(0);
    });
    return [a, b];
  }

  async function takeAll(node: RateLimiterNode, limit: 'publications' | 'failed-logins-in-all', key: string) {
    for (let taken = 0; taken < PER_MINUTE[limit]; taken += 1) await node.take(limit, key);
  }

  /** How many of so many points each node is granted, a few at a time. */
  async function granted(key: string, perNode: number): Promise<number> {
    const takes = nodes.map(async (node) => {
      let count = 0;
      for (let taken = 0; taken < perNode; taken += 10) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => node.take('submissions', key)));
        count += answers.filter(({ retryAfterSeconds }) => retryAfterSeconds === 0).length;
      }
      return count;
    });
    return (await Promise.all(takes)).reduce((sum, count) => sum + count, 0);
  }

  it('grant no more than the limit together, and leave no more of it than a portion each', async () => {
    const count = await granted('busy on both', 700);
    expect(count).toBeLessThanOrEqual(LIMIT);
    expect(count).toBeGreaterThanOrEqual(LIMIT - nodes.length * PORTION);
  });

  it('grant within 2 % of the limit at ten times the limit', async () => {
    const count = await granted('ten times as many', 5 * LIMIT);
    expect(count).toBeLessThanOrEqual(LIMIT);
    expect(count).toBeGreaterThanOrEqual(0.98 * LIMIT);
  });

  it('grant a key that comes to one of them its whole limit', async () => {
    const [node] = nodes;
    let count = 0;
    for (let taken = 0; taken < LIMIT + 50; taken += 1) {
      if ((await node?.take('submissions', 'busy on one'))?.retryAfterSeconds === 0) count += 1;
    }
    expect(count).toBe(LIMIT);
  });

  it('give back what was taken for nothing', async () => {
    const [node] = nodes;
    for (let taken = 0; taken < LIMIT; taken += 1) await node?.take('submissions', 'refunded');
    expect((await node?.take('submissions', 'refunded'))?.retryAfterSeconds).toBeGreaterThan(0);
    await node?.refund('submissions', 'refunded');
    await node?.refund('submissions', 'refunded');
    expect((await node?.take('submissions', 'refunded'))?.retryAfterSeconds).toBe(0);
  });

  it('may do in Redis as it is deployed what they do there, below their names, and nothing else', async () => {
    const [own, nobody] = [
      new Redis(redis.url),
      new Redis(redis.url.replace(/\/\/.*@/, '//'), { enableReadyCheck: false }),
    ];
    nobody.on('error', () => undefined);
    try {
      await expect(nobody.ping()).rejects.toThrow(/NOAUTH/);
      for (const [command, ...args] of [
        ['keys', '*'],
        ['flushall'],
        ['config', 'get', '*'],
        ['acl', 'list'],
        ['del', 'clawcierge:one:limit'],
        ['psubscribe', '*'],
        ['set', 'of-another', '1'],
        ['publish', 'of-another', '1'],
        ['subscribe', 'of-another'],
        ['eval', "return redis.call('get', 'of-another')", '0'],
        ['eval', "return redis.call('flushall')", '0'],
      ] as const) {
        await expect(own.call(command, ...args), command).rejects.toThrow(/NOPERM|no permissions|can't/);
      }
      expect(await own.publish('clawcierge:one:peers', 'x')).toBe(0);
    } finally {
      for (const client of [own, nobody]) client.disconnect();
    }
  });

  it('grant what they grant whatever another platform on the same Redis has spent', async () => {
    const [a, b] = await startNodes('another');
    if (!a || !b) throw new Error('two nodes are needed');
    await takeAll(a, 'failed-logins-in-all', '');
    expect((await b.take('failed-logins-in-all', '')).retryAfterSeconds).toBeGreaterThan(0);
    for (const node of nodes) expect((await node.take('failed-logins-in-all', '')).retryAfterSeconds).toBe(0);
    for (const node of [a, b]) node.close();
  });
});

describe('Nodes that cannot count together', () => {
  /** How many each of two nodes grants of twice the limit. */
  async function grantedByEach(redis: TestRedis | null): Promise<readonly number[]> {
    const shared = redis && { url: redis.url, prefix: 'away' };
    const startNode = () => createRateLimiter(PER_MINUTE, { redis: shared, log: createRecordingLog(), nodes: () => 2 });
    const nodes = [await startNode(), await startNode()];
    await redis?.kill();
    const counts = nodes.map(async (node) => {
      const asked = Array.from({ length: 2 * LIMIT }, () => node.take('submissions', 'busy'));
      return (await Promise.all(asked)).filter(({ retryAfterSeconds }) => retryAfterSeconds === 0).length;
    });
    const granted = await Promise.all(counts);
    for (const node of nodes) node.close();
    return granted;
  }

  it.skipIf(!HAS_REDIS)('since their Redis is away have each its part of the limit', async () => {
    expect(await grantedByEach(await startRedis())).toEqual([LIMIT / 2, LIMIT / 2]);
  });

  it('since there is no Redis have each its part of the limit', async () => {
    expect(await grantedByEach(null)).toEqual([LIMIT / 2, LIMIT / 2]);
  });
});
