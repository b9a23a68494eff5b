import { describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { startAgentProcess } from '../testkit/agent-process.ts';
import { GIVES_UP_SOON, nth, startNodeProcesses, startNodes } from '../testkit/cluster.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully, Subscription, send } from '../testkit/graphql.ts';
import { redisForTest } from '../testkit/redis.ts';
import { HAS_REDIS } from '../testkit/redis-server.ts';

const UPDATES = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id status } }';

describe.each([
  ['with Redis', HAS_REDIS],
  ['with hints over PostgreSQL', true],
  ['without a bus between them', true],
])('nodes on one database, %s', (name, canRun) => {
  const busOf = async () =>
    name === 'with Redis' ? { redisUrl: (await redisForTest()).url } : { overPostgres: name.includes('PostgreSQL') };

  it.skipIf(!canRun)(
    'bring a request from its sender over the agent to a subscriber, each on a node of its own',
    async () => {
      const nodes = await startNodes({ count: 3, ...(await busOf()) });
      const [a, b, c] = [nth(nodes, 0), nth(nodes, 1), nth(nodes, 2)];
      const { agent, sender } = await agentAndSender(a);
      const channel = await openChannel(a, agent);
      const { id } = await submitAccepted(b, agent, sender);
      const updates = Subscription.open(c, UPDATES, { id }, sender);
      expect((await channel.received(id)).attempt).toBe(1);
      await acknowledge(b, agent, id);
      await complete(c, agent, id, { done: true });
      await updates.events.take(({ status }) => status === 'COMPLETED', 'the outcome');
      expect(await readRequest(a, id, sender)).toMatchObject({
        status: 'COMPLETED',
        attempts: 1,
        result: { done: true },
      });
    },
  );

  it.skipIf(!canRun)('tell the agent of a cancel on another node, and of an expiry', async () => {
    const nodes = await startNodes(await busOf());
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    const cancelled = await submitAccepted(b, agent, sender);
    await channel.received(cancelled.id);
    // On a slow machine one may expire before it is delivered, and then nobody has to be told.
    const expiring = await eventually(async () => {
      const request = await submitAccepted(b, agent, sender, { expiresInSeconds: 2 });
      await channel.received(request.id, 2_000);
      return request;
    });
    await mutateSuccessfully(b, 'cancelRequest', { requestId: cancelled.id }, 'request { status }', sender);
    await channel.cancelled(cancelled.id);
    await channel.cancelled(expiring.id);
    await untilStatus(b, expiring.id, sender, 'TIMEOUT');
  });

  it.skipIf(!canRun)('hear of a revoked key, a new contract and a deleted agent within seconds', async () => {
    const nodes = await startNodes(await busOf());
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const channel = await openChannel(a, agent);
    // Both have everything in their caches.
    for (const node of [a, b]) await submitAccepted(node, agent, sender);
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

    const made = await mutateSuccessfully(a, 'createApiKey', {}, 'apiKey key { id }', sender);
    const second = { apiKey: made.apiKey };
    const viewer = '{ viewer { __typename } }';
    expect(await ask(b, viewer, {}, second)).toMatchObject({ viewer: {} });
    await mutateSuccessfully(a, 'revokeApiKey', { apiKeyId: made.key.id }, 'key { id }', sender);
    await eventually(async () => expect((await send(b, viewer, {}, second)).data?.viewer ?? null).toBeNull());

    await mutateSuccessfully(b, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    expect(await channel.events.ended()).toMatchObject({ error: { code: 4001 } });
  });
});

describe('processes that die', () => {
  it('a killed node is forgotten in time, and another one delivers what it held', async () => {
    const { nodes } = await startNodeProcesses({ env: GIVES_UP_SOON });
    const [doomed, survivor] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(survivor);
    const first = await openChannel(doomed, agent);
    const [acked, unacked] = [await submitAccepted(doomed, agent, sender), await submitAccepted(doomed, agent, sender)];
    await first.received(acked.id);
    await first.received(unacked.id);
    await acknowledge(doomed, agent, acked.id);
    await doomed.end('SIGKILL');
    const second = await openChannel(survivor, agent);
    for (const { id } of [acked, unacked]) expect((await second.received(id)).attempt).toBe(2);
    await complete(survivor, agent, acked.id);
    expect(await readRequest(survivor, acked.id, sender)).toMatchObject({ status: 'COMPLETED', attempts: 2 });
  });

  it('nobody holds an agent for connected whose node was killed', async () => {
    const { nodes } = await startNodeProcesses({ env: GIVES_UP_SOON });
    const [doomed, survivor] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(survivor);
    await openChannel(doomed, agent);
    await doomed.end('SIGKILL');
    await eventually(async () => {
      expect((await submit(survivor, agent, sender)).__typename).toBe('AgentNotConnectedError');
    });
  });

  it('what a killed agent process had goes to its other replica at once', async () => {
    const { nodes } = await startNodeProcesses();
    const [a, b] = [nth(nodes, 0), nth(nodes, 1)];
    const { agent, sender } = await agentAndSender(a);
    const doomed = await startAgentProcess(a, agent, 'hang');
    const { id } = await submitAccepted(a, agent, sender);
    expect(await doomed.received(id)).toBe(1);
    await untilStatus(a, id, sender, 'ACKED');
    const replica = await startAgentProcess(b, agent);
    await doomed.end('SIGKILL');
    expect(await replica.received(id)).toBe(2);
    expect(await untilStatus(b, id, sender, 'COMPLETED')).toMatchObject({ result: { attempt: 2 }, attempts: 2 });
  });
});
