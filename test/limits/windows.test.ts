import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Claim } from '../../src/application/ports/rate-limiter.ts';
import { createRateLimiter } from '../../src/limits/rate-limiter.ts';
import { eventually } from '../testkit/eventually.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';
import { PER_MINUTE } from './per-minute.ts';

type RateLimiterNode = Awaited<ReturnType<typeof createRateLimiter>>;
const LIMIT = 100;

const start = (redis: { url: string; prefix: string } | null) =>
  createRateLimiter(PER_MINUTE, { redis, log: createRecordingLog(), nodes: () => 2 });

const claim = (key: string, points = LIMIT, policy = 'agent'): Claim => ({ policy, key, points, windowSeconds: 3_600 });

/** Nothing is stored in these tests unless they say so. */
const nothing = async () => 0;

/** How many of so many attempts are let in, ten at a time on each node. */
async function admitted(
  nodes: readonly RateLimiterNode[],
  claims: readonly Claim[],
  attempts: number,
  stored: () => Promise<number | null> = nothing,
): Promise<number> {
  let count = 0;
  for (let made = 0; made < attempts; made += 10 * nodes.length) {
    const taken = await Promise.all(
      nodes.flatMap((node) => Array.from({ length: 10 }, () => node.takeAll(claims, stored))),
    );
    count += taken.filter((each) => each.every(({ isRefused }) => !isRefused)).length;
  }
  return count;
}

describe.skipIf(!HAS_REDIS)('Limits whose numbers change, on nodes that share a Redis', () => {
  let redis: TestRedis;
  let nodes: readonly [RateLimiterNode, RateLimiterNode];
  beforeAll(async () => {
    redis = await startRedis({ asDeployed: true });
    nodes = await startNodes(redis);
  });
  afterAll(async () => {
    for (const node of nodes) node.close();
    await redis.stop();
  });

  async function startNodes({ url }: TestRedis): Promise<typeof nodes> {
    const shared = { url, prefix: 'clawcierge:one' };
    const [a, b] = [await start(shared), await start(shared)] as const;
    // Until they are connected each counts for itself.
    await eventually(async () => {
      const only = [claim(randomUUID(), 1)];
      await a.takeAll(only, nothing);
      expect((await b.takeAll(only, nothing))[0]?.isRefused).toBe(true);
    });
    return [a, b];
  }

  it('let in as many as they say at ten times as many attempts', async () => {
    expect(await admitted(nodes, [claim('busy')], 10 * LIMIT)).toBe(LIMIT);
  });

  it('keep their count when their number is changed', async () => {
    const key = randomUUID();
    expect(await admitted(nodes, [claim(key, 40)], 200)).toBe(40);
    // What was refused was not counted.
    await eventually(async () => {
      expect(await nodes[0].lookAtAll([claim(key, 60)])).toMatchObject([{ remaining: 20 }]);
    });
    expect(await admitted([nodes[0]], [claim(key, 20)], 100)).toBe(0);
    expect(await admitted(nodes, [claim(key, 60)], 200)).toBe(20);
  });

  it('take no point of one where another refuses', async () => {
    const [wide, narrow] = [claim(randomUUID()), claim(randomUUID(), 5, 'agent-sender')];
    expect(await admitted(nodes, [wide, narrow], 200)).toBe(5);
    await eventually(async () => {
      expect(await nodes[1].lookAtAll([wide, narrow])).toMatchObject([{ remaining: LIMIT - 5 }, { remaining: 0 }]);
    });
    await nodes[0].refundAll([wide, narrow]);
    expect(await nodes[1].lookAtAll([wide, narrow])).toMatchObject([{ remaining: LIMIT - 4 }, { remaining: 1 }]);
  });

  it('never let in a tenth more when that Redis dies midway', async () => {
    const own = await startRedis({ asDeployed: true });
    onTestFinished(() => own.stop());
    const both = await startNodes(own);
    onTestFinished(() => both.forEach((node) => void node.close()));
    const only = [claim(randomUUID())];
    const before = await admitted(both, only, 60);
    expect(before).toBe(60);
    await own.kill();
    const after = await admitted(both, only, 5 * LIMIT, async () => before);
    expect(before + after).toBeLessThanOrEqual(1.1 * LIMIT);
    expect(before + after).toBeGreaterThanOrEqual(0.9 * LIMIT);
  });

  it.each([
    ['what is stored cannot be read', () => Promise.reject(new Error('No database.'))],
    ['more is stored than is ever counted', async () => null],
  ])('goes by what it knew where %s', async (_, stored) => {
    const own = await startRedis({ asDeployed: true });
    onTestFinished(() => own.stop());
    const both = await startNodes(own);
    onTestFinished(() => both.forEach((node) => void node.close()));
    const only = [claim(randomUUID())];
    expect(await admitted(both, only, 60)).toBe(60);
    await own.kill();
    expect(await admitted(both, only, 5 * LIMIT, stored)).toBeLessThanOrEqual(0.5 * LIMIT);
  });
});

describe('Limits whose numbers change, on nodes that share nothing', () => {
  it('are shared out among them', async () => {
    const nodes = [await start(null), await start(null)];
    expect(await admitted(nodes, [claim('busy')], 10 * LIMIT)).toBe(LIMIT);
    const uneven = [claim('uneven', 3)];
    expect(await admitted(nodes, uneven, 40)).toBe(4);
  });

  it('are given back, and take nothing where one refuses', async () => {
    const node = await start(null);
    const claims = [claim('wide', 10), claim('narrow', 2, 'agent-sender')];
    expect(await admitted([node], claims, 20)).toBe(1);
    expect(await node.lookAtAll(claims)).toMatchObject([{ remaining: 9 }, { remaining: 1 }]);
    await node.refundAll(claims);
    expect(await node.lookAtAll(claims)).toMatchObject([{ remaining: 10 }, { remaining: 2 }]);
  });
});
