import { expect, it } from 'vitest';
import { JsonText } from '../../src/domain/json/json-text.ts';
import { aChannel, aConnectedAgent, dispatched, later, NOW, twoNodes } from './fixtures.ts';

const nodes = twoNodes();

const DONE = { status: 'COMPLETED', result: new JsonText('"done"') } as const;
const FAILED = { status: 'FAILED', error: { code: 'agent_error', message: 'No.' } } as const;

it('writes an ack and the outcome after it at once, as two changes to be announced in order', async () => {
  const { channel } = await aConnectedAgent(nodes.a);
  const { agentId } = channel;
  const request = await dispatched(nodes.a, channel);
  const { id } = request;
  const [ack, outcome] = await Promise.all([
    nodes.a.requests.acknowledge(agentId, id, later(1), channel.id),
    nodes.a.requests.finish(agentId, id.toUpperCase(), DONE, later(2), channel.id),
  ]);
  const deliveries = [{ ...request.deliveries[0], ackedAt: later(1) }];
  const acked = { ...request, status: 'ACKED', deliveries, revision: 2, updatedAt: later(1) };
  const done = { ...acked, ...DONE, outcomeAttempt: 1, revision: 3, updatedAt: later(2) };
  expect(ack).toEqual({ outcome: 'changed', request: acked, toAnnounce: [] });
  expect(outcome).toEqual({ outcome: 'changed', request: done, toAnnounce: [acked, done] });
  expect(await nodes.b.requests.byId(id)).toEqual(done);
});

it('writes them one after the other where the ack does not count: it came too late, or through another channel', async () => {
  const { agent, channel } = await aConnectedAgent(nodes.a);
  const second = aChannel({ agentId: agent.id });
  await nodes.a.presence.insertChannel(second, 8, NOW);
  const [released, elsewhere] = [await dispatched(nodes.a, channel), await dispatched(nodes.a, second)];
  await nodes.b.requests.releaseChannels([{ channelId: channel.id, cause: null }], later(1));
  const answers = await Promise.all([
    nodes.a.requests.acknowledge(agent.id, released.id, later(2)),
    nodes.a.requests.finish(agent.id, released.id, DONE, later(2)),
    // The channel that does not hold it acks; the one that does reports.
    nodes.a.requests.acknowledge(agent.id, elsewhere.id, later(2), channel.id),
    nodes.a.requests.finish(agent.id, elsewhere.id, FAILED, later(2), second.id),
  ]);
  expect(answers).toMatchObject([
    { outcome: 'unchanged', request: { status: 'PENDING', revision: 2 } },
    { outcome: 'changed', request: { status: 'COMPLETED', revision: 3 } },
    { outcome: 'unchanged', request: { revision: 1 } },
    { outcome: 'changed', request: { status: 'FAILED', revision: 2 } },
  ]);
  expect((await nodes.b.requests.byId(elsewhere.id))?.deliveries).toMatchObject([{ ackedAt: null }]);
});

it('keeps the order of what is said of one request: ack before outcome, the first outcome before the second', async () => {
  const { channel } = await aConnectedAgent(nodes.a);
  const { agentId } = channel;
  const { id } = await dispatched(nodes.a, channel);
  const ack = nodes.a.requests.acknowledge(agentId, id, later(1));
  // The ack is on its way.
  await new Promise((resolve) => setImmediate(resolve));
  const others = await Promise.all([
    nodes.a.requests.finish(agentId, id, FAILED, later(2)),
    nodes.a.requests.finish(agentId, id, DONE, later(2)),
    nodes.a.requests.acknowledge(agentId, id, later(2)),
  ]);
  expect(await ack).toMatchObject({ outcome: 'changed', request: { status: 'ACKED', revision: 2 } });
  expect(others).toMatchObject([
    { outcome: 'changed', request: { status: 'FAILED', revision: 3 } },
    { outcome: 'finished', status: 'FAILED' },
    { outcome: 'finished', status: 'FAILED' },
  ]);
});

it('answers the row as it is where another node has changed it since this one saw it', async () => {
  const { channel } = await aConnectedAgent(nodes.a);
  const { agentId } = channel;
  const ref = { channelId: channel.id, nodeId: channel.nodeId };
  const { id } = await dispatched(nodes.a, channel);
  await nodes.b.requests.releaseChannels([{ channelId: channel.id, cause: 'disconnected' }], later(1));
  await nodes.b.requests.claim(id, 1, ref, later(2), later(10_000));
  const ack = await nodes.a.requests.acknowledge(agentId, id, later(3));
  const acked = await nodes.b.requests.byId(id);
  expect(acked).toMatchObject({ status: 'ACKED', attempts: 2, losses: 1, revision: 4 });
  expect(ack).toEqual({ outcome: 'changed', request: acked, toAnnounce: [acked] });

  // The count of losses is forgotten without a new revision.
  await nodes.b.requests.forgetLosses([agentId]);
  const outcome = await nodes.a.requests.finish(agentId, id, DONE, later(4));
  const done = await nodes.b.requests.byId(id);
  expect(done).toMatchObject({ status: 'COMPLETED', losses: 0, revision: 5 });
  expect(outcome).toEqual({ outcome: 'changed', request: done, toAnnounce: [done] });
});
