import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  type Agent,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  type Sender,
  submit,
  submitAccepted,
  untilChannels,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutateSuccessfully, Subscription } from '../testkit/graphql.ts';
import type { TestPlatform } from '../testkit/platform.ts';
import { redisForTest } from '../testkit/redis.ts';
import { HAS_REDIS, startRedis, type TestRedis } from '../testkit/redis-server.ts';
import { tcpProxy } from '../testkit/tcp-proxy.ts';

const UPDATES = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id status } }';

describe.skipIf(!HAS_REDIS)('Redis comes and goes', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  /** Everything that needs a hint between nodes, once: it works with hints and, a little later, without. */
  async function worksOver(agentsNode: TestPlatform, sendersNode: TestPlatform, agent: Agent, sender: Sender) {
    const admin = await logIn(agentsNode);
    const channel = await openChannel(agentsNode, agent);
    const { id } = await submitAccepted(sendersNode, agent, sender);
    const updates = Subscription.open(sendersNode, UPDATES, { id }, sender);
    expect((await channel.received(id)).attempt).toBe(1);
    await complete(agentsNode, agent, id);
    await updates.events.take(({ status }) => status === 'COMPLETED', 'the outcome');
    expect(await readRequest(sendersNode, id, sender)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
    await channel.close();
    // The next one is not to be taken for this one.
    await untilChannels(agentsNode, agent, 0, admin);
  }

  it('and delivery goes on all the while, without a second attempt', async () => {
    const nodes = await startNodes({ redisUrl: redis.url });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    await worksOver(a, b, agent, sender);
    await redis.kill();
    await worksOver(a, b, agent, sender);
    await redis.start();
    await eventually(async () => expect((await fetch(`${a.url}/health/ready`)).status).toBe(200));
    await worksOver(a, b, agent, sender);
  });

  it('and what was on its way when it died is neither lost nor doubled', async () => {
    const nodes = await startNodes({ redisUrl: redis.url });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    const batch = (count: number) => Promise.all(Array.from({ length: count }, () => submitAccepted(b, agent, sender)));
    const before = batch(20);
    await redis.kill();
    const ids = [...(await before), ...(await batch(20))].map(({ id }) => id);
    for (const id of ids) expect((await channel.received(id)).attempt).toBe(1);
    await redis.start();
    for (const id of ids) await complete(b, agent, id);
    await expect(
      channel.events.take(({ __typename }) => __typename === 'RequestReceived', 'a doubled one', 1_500),
    ).rejects.toThrow(/no|within/);
    for (const id of ids) expect(await readRequest(b, id, sender)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  it('and revocations and contracts reach every node although it is away', async () => {
    const nodes = await startNodes({ redisUrl: redis.url });
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    await submitAccepted(b, agent, sender);
    await redis.kill();
    const capabilities = [{ action: 'something.else', description: 'Else' }];
    await mutateSuccessfully(
      a,
      'publishCapabilities',
      { agentId: agent.id, capabilities },
      'contract { version }',
      agent,
    );
    await eventually(async () => {
      expect((await submit(b, agent, sender)).__typename).toBe('RequestRejectedError');
    });
    await mutateSuccessfully(b, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    expect(await channel.events.ended()).toMatchObject({ error: { code: 4001 } });
    await redis.start();
  });

  it('and a connection to it that is half-open loses nothing', async () => {
    const proxy = await tcpProxy(redis.port);
    const [a] = await startNodes({ count: 1, redisUrl: `redis://127.0.0.1:${proxy.port}` });
    const [b] = await startNodes({ count: 1, redisUrl: redis.url, databaseUrl: a?.databaseUrl ?? '' });
    if (!a || !b) throw new Error('two nodes are needed');
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(b, agent);
    proxy.stall();
    // `a` believes that its hints arrive. They do not.
    const { id } = await submitAccepted(a, agent, sender);
    await channel.received(id);
    await complete(b, agent, id);
    await untilStatus(a, id, sender, 'COMPLETED');
    proxy.resume();
  });

  it('and nodes that name themselves differently in it, as in a rolling upgrade, deliver all the same', async () => {
    const [a] = await startNodes({ count: 1, redisUrl: redis.url });
    if (!a) throw new Error('a node is needed');
    const env = { REDIS_PREFIX: 'clawcierge' };
    const older = await startNodes({ redisUrl: redis.url, databaseUrl: a.databaseUrl, env });
    const { agent, sender } = await agentAndSender(a);
    await worksOver(a, nth(older, 0), agent, sender);
    await worksOver(nth(older, 0), a, agent, sender);
  });
});

describe.skipIf(!HAS_REDIS)('Two platforms that share a Redis', () => {
  const wrongLogin = ({ url }: TestPlatform) =>
    fetch(`${url}/admin/login`, {
      method: 'POST',
      headers: { origin: url, 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams({ password: 'wrong' }),
    });

  it('in two schemas of one database know nothing of each other', async () => {
    const { url: redisUrl } = await redisForTest();
    const [production] = await startNodes({ count: 1, redisUrl });
    if (!production) throw new Error('a node is needed');
    const { databaseUrl } = production;
    const [staging] = await startNodes({ count: 1, redisUrl, databaseUrl, env: { DATABASE_SCHEMA: 'staging' } });
    if (!staging) throw new Error('a node is needed');
    // Somebody guesses passwords there; nobody is locked out here.
    await eventually(async () => expect((await wrongLogin(staging)).status).toBe(429));
    await logIn(production);
    const client = new Redis(redisUrl);
    onTestFinished(() => client.disconnect());
    const channels = (await client.pubsub('CHANNELS', 'clawcierge:*')) as string[];
    const platforms = new Set(channels.map((name) => name.split(':')[1]));
    const ofPeers = channels.filter((name) => name.endsWith(':peers'));
    expect({ platforms: platforms.size, ofPeers: ofPeers.length }).toEqual({ platforms: 2, ofPeers: 2 });
  });
});
