import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRateLimiter } from '../../src/limits/rate-limiter.ts';
import { eventually } from '../testkit/eventually.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';

const LIMIT = 1_000;
/** What a node may keep from the others: 1 % of the limit. */
const PORTION = 10;
const PER_MINUTE = {
  registrations: 10,
  submissions: LIMIT,
  publications: 10,
  'new-keys': 10,
  'failed-logins': 10,
  'failed-logins-in-all': 10,
};

describe.skipIf(!HAS_REDIS)('Nodes that share a Redis', () => {
  let redis: TestRedis;
  let nodes: readonly Awaited<ReturnType<typeof createRateLimiter>>[];
  beforeAll(async () => {
    redis = await startRedis();
    const startNode = () => createRateLimiter(PER_MINUTE, { redisUrl: redis.url, log: createRecordingLog() });
    nodes = [await startNode(), await startNode()];
    // Until they are connected each counts for itself.
    await eventually(async () => {
      const key = randomUUID();
      for (let taken = 0; taken < PER_MINUTE.publications; taken += 1) await nodes[0]?.take('publications', key);
      expect(await nodes[1]?.take('publications', key)).toBeGreaterThan(0);
    });
  });
  afterAll(async () => {
    for (const node of nodes) node.close();
    await redis.stop();
  });

  /** How many of so many points each node is granted, a few at a time. */
  async function granted(key: string, perNode: number): Promise<number> {
    const takes = nodes.map(async (node) => {
      let count = 0;
      for (let taken = 0; taken < perNode; taken += 10) {
        const answers = await Promise.all(Array.from({ length: 10 }, () => node.take('submissions', key)));
        count += answers.filter((retryAfter) => retryAfter === 0).length;
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

  it('grant a key that comes to one of them its whole limit', async () => {
    const [node] = nodes;
    let count = 0;
    for (let taken = 0; taken < LIMIT + 50; taken += 1) {
      if ((await node?.take('submissions', 'busy on one')) === 0) count += 1;
    }
    expect(count).toBe(LIMIT);
  });

  it('give back what was taken for nothing', async () => {
    const [node] = nodes;
    for (let taken = 0; taken < LIMIT; taken += 1) await node?.take('submissions', 'refunded');
    expect(await node?.take('submissions', 'refunded')).toBeGreaterThan(0);
    await node?.refund('submissions', 'refunded');
    await node?.refund('submissions', 'refunded');
    expect(await node?.take('submissions', 'refunded')).toBe(0);
  });
});
