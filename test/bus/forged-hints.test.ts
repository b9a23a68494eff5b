import pg from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TOPICS } from '../../src/application/ports/bus.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  STANDUP,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { nth, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, Subscription } from '../testkit/graphql.ts';
import { redisForTest } from '../testkit/redis.ts';
import { HAS_REDIS } from '../testkit/redis-server.ts';
import { type Forged, type Stranger, strangerOnPostgres, strangerOnRedis } from './stranger.ts';

const REDIS_PREFIX = 'clawcierge:of-a-test';
const UPDATES = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id status result error { code } } }';
const ACTIVITY = `subscription { platformActivity { __typename
  ... on RequestStatusChanged { request { id status } } ... on AgentStatusChanged { agent { id status } } } }`;

/** Two nodes over one bus, and a stranger on it who also knows every id that there is. */
async function clusterWithStranger(bus: 'PostgreSQL' | 'Redis') {
  const redis = bus === 'Redis' ? await redisForTest() : null;
  const nodes = await startNodes(redis ? { redisUrl: redis.url, env: { REDIS_PREFIX } } : { overPostgres: true });
  const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
  const stranger = redis ? await strangerOnRedis(redis.url, REDIS_PREFIX) : await strangerOnPostgres(a.databaseUrl);
  const database = new pg.Client({ connectionString: a.databaseUrl });
  await database.connect();
  onTestFinished(() => database.end());
  const idsOf = async (table: 'nodes' | 'api_keys' | 'admin_sessions'): Promise<readonly string[]> => {
    const { rows } = await database.query<{ id: string }>(`select id from ${table}`);
    return rows.map(({ id }) => id);
  };
  return { a, b, stranger, idsOf };
}

/** Says of the request, to everybody, that it is what it is not. */
async function forgeRequest({ publish }: Stranger, id: string, nodeIds: readonly string[]): Promise<void> {
  for (const status of ['DISPATCHED', 'COMPLETED', 'CANCELLED', 'TIMEOUT']) {
    const hint = { id, revision: 99, status };
    // As hints were once: with the whole request in them.
    const believed = { event: 'assigned', request: { ...hint, params: { amount: 1 }, deliveries: [], attempts: 9 } };
    for (const body of [hint, { ...believed, ...hint }, believed]) {
      await publish('request', id, body);
      await publish('activity', '', { ...body, event: 'request-status' });
      for (const nodeId of nodeIds) {
        await publish('node', nodeId, { ...body, takenBy: 'stranger' });
        await publish('outcome', nodeId, body);
      }
    }
  }
}

it.each([
  ['PostgreSQL', true],
  ['Redis', HAS_REDIS],
] as const)('hints over %s carry nothing of what is sent, however large it is', async (bus, canRun) => {
  if (!canRun) return;
  const { a, b, stranger } = await clusterWithStranger(bus);
  const { agent, sender } = await agentAndSender(a);
  const channel = await openChannel(a, agent);
  const { id } = await submitAccepted(b, agent, sender, {
    params: { title: 'x'.repeat(30_000), duration_minutes: 30 },
  });
  const updates = Subscription.open(b, UPDATES, { id }, sender).events;
  await channel.received(id);
  await updates.take();
  await complete(a, agent, id, { text: 'y'.repeat(30_000) });
  await updates.take(({ status }) => status === 'COMPLETED', 'the outcome');
  const hints = stranger.overheard().filter((text) => text.includes(id));
  expect(hints.length).toBeGreaterThan(0);
  expect(hints.join().length).toBeLessThan(2_000);
});

describe.each([
  ['PostgreSQL', true],
  ['Redis', HAS_REDIS],
] as const)('hints that a stranger forged over %s', (bus, canRun) => {
  it.skipIf(!canRun)('deliver nothing, show nothing, close nothing and log nobody out', async () => {
    const { a, b, stranger, idsOf } = await clusterWithStranger(bus);
    const admin = await logIn(b);
    const activity = Subscription.open(b, ACTIVITY, {}, admin).events;
    const { agent, sender } = await agentAndSender(a);
    const { agent: strict } = await agentAndSender(a);
    await publishPolicies(a, strict, { rules: [], defaultAction: 'REJECT' });
    const [channel, strictChannel] = [await openChannel(a, agent), await openChannel(a, strict)];
    const rejected = (await submit(b, strict, sender)).requestId;
    // One that an agent works on, with its sender waiting for it and following it on the other node.
    const { url } = b;
    const waiting = fetch(`${url}/v1/agents/${agent.handle}/requests`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sender.apiKey}`, 'content-type': 'application/json', prefer: 'wait=30' },
      body: JSON.stringify(STANDUP),
    });
    const { requestId: id } = await channel.events.take(({ __typename }) => __typename === 'RequestReceived');
    const updates = Subscription.open(b, UPDATES, { id }, sender).events;
    expect(await updates.take()).toMatchObject({ status: 'DISPATCHED' });
    const queued = await submitAccepted(b, (await agentAndSender(b)).agent, sender, { whenOffline: 'QUEUE' });

    const nodeIds = await idsOf('nodes');
    expect(nodeIds).toHaveLength(2);
    for (const requestId of [rejected, id, queued.id]) await forgeRequest(stranger, requestId, nodeIds);
    for (const { id: agentId, handle } of [agent, strict]) {
      await stranger.publish('agent', agentId, { event: 'wake' });
      for (const event of ['agent-deleted', 'agent-changed']) {
        await stranger.publish('registry', '', { event, agentId, handle });
      }
      await stranger.publish('activity', '', { event: 'agent-status', agentId, status: 'INACTIVE' });
    }
    for (const apiKeyId of await idsOf('api_keys')) {
      await stranger.publish('registry', '', { event: 'key-revoked', apiKeyId });
    }
    for (const sessionId of [null, ...(await idsOf('admin_sessions'))]) {
      await stranger.publish('registry', '', { event: 'admin-session-ended', sessionId });
    }

    // What is true comes through all the same, over what was open before.
    await acknowledge(a, agent, id);
    await complete(a, agent, id, { real: true });
    const last = await updates.take(({ status }) => status === 'COMPLETED', 'the outcome');
    expect(last).toMatchObject({ result: { real: true }, error: null });
    expect(updates.pending(({ status }) => status !== 'DISPATCHED' && status !== 'ACKED')).toEqual([]);
    expect(await (await waiting).json()).toMatchObject({ id, status: 'completed', result: { real: true } });
    const next = await submitAccepted(b, agent, sender);
    expect((await channel.received(next.id)).attempt).toBe(1);
    expect(channel.events.pending(({ __typename }) => __typename !== 'ChannelReady')).toEqual([]);
    expect(strictChannel.events.pending(({ __typename }) => __typename !== 'ChannelReady')).toEqual([]);
    await activity.take(({ request }) => request?.id === next.id, "the next request's change");
    const told = activity.pending(({ request }) => request?.id === rejected || request?.id === queued.id);
    for (const { request } of told) expect(['REJECTED', 'PENDING']).toContain(request.status);
    for (const { agent: shown } of activity.pending(({ agent: each }) => each?.id === agent.id)) {
      expect(shown.status).toBe('ACTIVE');
    }
    // Nobody was sent away, and each credential is as good as before.
    for (const { id: agentId } of [agent, strict]) {
      const data = await ask(
        b,
        'query ($id: ID!) { agent(id: $id) { status channels { id } } }',
        { id: agentId },
        admin,
      );
      expect(data.agent).toMatchObject({ status: 'ACTIVE', channels: [{}] });
    }
    for (const credential of [agent, strict, sender, admin]) {
      expect((await ask(b, '{ viewer { __typename } }', {}, credential)).viewer).not.toBeNull();
    }
  });

  it.skipIf(!canRun)('by the ten thousand do not keep what is true from coming through', async () => {
    const { a, b, stranger, idsOf } = await clusterWithStranger(bus);
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    const nodeIds = await idsOf('nodes');
    await stranger.publishAll(
      Array.from({ length: 10_000 }, (_, at): Forged => {
        const id = `00000000-0000-7000-8000-${String(at).padStart(12, '0')}`;
        const hint = { id, revision: 1, status: 'DISPATCHED' };
        switch (TOPICS[at % TOPICS.length]) {
          case 'node':
            return ['node', nodeIds[0] ?? '', hint];
          case 'registry':
            return ['registry', '', { event: 'key-revoked', apiKeyId: id }];
          case 'activity':
            return ['activity', '', { event: 'request-status', ...hint }];
          case 'agent':
            return ['agent', id, { event: 'wake' }];
          default:
            return ['request', id, hint];
        }
      }),
    );
    const { id } = await submitAccepted(b, agent, sender);
    expect((await channel.received(id)).attempt).toBe(1);
    await complete(a, agent, id);
    await eventually(async () => expect((await fetch(`${a.url}/health/ready`)).status).toBe(200));
  });
});
