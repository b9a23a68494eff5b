import { describe, expect, it, onTestFinished } from 'vitest';
import { agentAndSender, ownerOf, registerSender, submit } from '../testkit/actors.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { mutateSuccessfully } from '../testkit/graphql.ts';
import { HAS_REDIS, startRedis } from '../testkit/redis-server.ts';
import { readsDuring } from '../testkit/statements.ts';

const LIMIT = 20;
const AT_MOST = 1.1 * LIMIT;

describe.skipIf(!HAS_REDIS)(
  'what an owner allows, when Redis dies after one of two nodes has taken nearly all of it',
  () => {
    it.each([
      ['of each sender within a day', { perSenderPerDay: LIMIT }, 1],
      ['of each sender within a minute', { perSenderPerMinute: LIMIT }, 1],
      ['of all within a day', { perDay: LIMIT }, 3],
      ['of all within a minute', { perMinute: LIMIT }, 3],
    ])('is no more than a tenth above it, of the other node as well: %s', async (_, numbers, count) => {
      const redis = await startRedis();
      onTestFinished(() => redis.stop());
      const nodes = await startNodes({ redisUrl: redis.url });
      const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
      const { agent, sender } = await agentAndSender(a);
      const senders = [sender, ...(await Promise.all(Array.from({ length: count - 1 }, () => registerSender(a))))];
      const input = { agentId: agent.id, ...numbers };
      await mutateSuccessfully(a, 'setAgentLimits', input, 'limits { version }', ownerOf(agent));
      const admitted = async (node: typeof a, attempts: number) => {
        const asked = Array.from({ length: attempts }, (__, at) =>
          submit(node, agent, nth(senders, at % count), { whenOffline: 'QUEUE' }),
        );
        return (await Promise.all(asked)).filter(({ __typename }) => __typename === 'SubmitRequestSuccess').length;
      };
      const before = await admitted(a, LIMIT - 2);
      expect(before).toBe(LIMIT - 2);
      await redis.kill();
      const after = (await admitted(b, LIMIT)) + (await admitted(a, LIMIT)) + (await admitted(b, LIMIT));
      expect(before + after).toBeLessThanOrEqual(AT_MOST);
      expect(after, 'what is left is still to be had').toBeGreaterThan(0);
    });
  },
);

it.skipIf(!HAS_REDIS)(
  'what a sender asked within a minute and a day is read by one statement while Redis is away',
  async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.stop());
    const env = { APP_ENV: 'development', LOG_LEVEL: 'debug' };
    const node = nth(await startNodes({ redisUrl: redis.url, count: 1, env }), 0);
    const { agent, sender } = await agentAndSender(node);
    const input = { agentId: agent.id, perSenderPerMinute: LIMIT, perSenderPerDay: 2 };
    await mutateSuccessfully(node, 'setAgentLimits', input, 'limits { version }', ownerOf(agent));
    const ask = async () => (await submit(node, agent, sender, { whenOffline: 'QUEUE' })).__typename;
    await redis.kill();
    const answers: string[] = [];
    const reads = await readsDuring(node, async () => {
      answers.push(await ask());
    });
    expect(reads.filter((read) => read.includes('last_minute'))).toHaveLength(1);
    answers.push(await ask(), await ask());
    expect(answers).toEqual(['SubmitRequestSuccess', 'SubmitRequestSuccess', 'RateLimitedError']);
  },
);
