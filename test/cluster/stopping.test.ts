import { afterAll, beforeAll, expect, it } from 'vitest';
import { mintApiKey } from '../../src/application/keys/api-key-format.ts';
import { newId } from '../../src/domain/new-id.ts';
import { agentAndSender, submitAccepted, untilStatus } from '../testkit/actors.ts';
import { aSender, createNode, newAgent } from '../testkit/application-node.ts';
import { nth, startNodeProcesses } from '../testkit/cluster.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { createTestDatabase } from '../testkit/postgres.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';
import { StoreWatch } from '../testkit/watched-storage.ts';
import { CHANNEL_KINDS } from '../websocket/either-channel.ts';

const AGENTS = 65;
const CHANNELS_EACH = 8;

let databaseUrl: string;
let drop: () => Promise<void>;
beforeAll(async () => {
  ({ url: databaseUrl, drop } = await createTestDatabase());
});
afterAll(() => drop());

it('a node that stops ends all its channels with a handful of statements, and releases what they held', async () => {
  const [network, clock, stores] = [new LossyNetwork(), createVirtualClock(), new StoreWatch()];
  const node = await createNode({ databaseUrl, bus: network.join(), clock, wrap: (storage) => stores.wrap(storage) });
  await node.start();
  const witness = await createNode({ databaseUrl, bus: network.join(), clock });
  const agents = await Promise.all(Array.from({ length: AGENTS }, () => newAgent(node.storage, clock.now())));
  await Promise.all(agents.flatMap((agent) => Array.from({ length: CHANNELS_EACH }, () => node.connect(agent))));
  expect(node.app.nodeChannels.size).toBe(AGENTS * CHANNELS_EACH);
  const submitted = await Promise.all(
    agents.map(({ handle }) => node.app.requests.submit(aSender(), { handle, action: 'do.it' })),
  );
  stores.calls.length = 0;
  await node.stop();
  for (const call of ['presence.removeChannels', 'requests.releaseChannels', 'presence.areConnected']) {
    expect(stores.count(call), call).toBeLessThanOrEqual(10);
  }
  const aliveSince = new Date(clock.now().getTime() - 10_000);
  const connected = await witness.storage.presence.areConnected(
    agents.map(({ agentId }) => agentId),
    aliveSince,
  );
  expect(connected).not.toContain(true);
  const left = await witness.storage.requests.byIds(submitted.map(({ id }) => id));
  expect(left.map(({ status, channelId }) => [status, channelId])).toEqual(left.map(() => ['PENDING', null]));
  await witness.stop();
});

it('a node that stops writes down what is left side by side, since each write may take as long as the database may', async () => {
  const [clock, stores] = [createVirtualClock(), new StoreWatch()];
  const bus = new LossyNetwork().join();
  const node = await createNode({ databaseUrl, bus, clock, wrap: (storage) => stores.wrap(storage) });
  await node.start();
  const { text, prefix, hash } = mintApiKey('SENDER');
  const sender = { id: newId(), displayName: 'Somebody', createdAt: clock.now() };
  const key = { id: newId(), kind: 'SENDER', hash, prefix, scopes: [], isLimited: false, label: null, expiresAt: null };
  await node.storage.senders.insert(sender, { ...key, kind: 'SENDER' });
  await node.app.keys.authenticate(text);
  const left = Promise.withResolvers<void>();
  stores.onCall = (call) => {
    if (call === 'presence.removeNode') left.resolve();
  };
  stores.heldUp = (call) => (call === 'apiKeys.touch' ? left.promise : null);
  await node.stop();
  expect(stores.count('apiKeys.touch')).toBe(1);
});

it('a node with thousands of channels closes them one after the other, and asks their agents to spread', async () => {
  const clock = createVirtualClock();
  const node = await createNode({ databaseUrl, bus: new LossyNetwork().join(), clock });
  const agents = await Promise.all(Array.from({ length: 256 }, () => newAgent(node.storage, clock.now())));
  const opening = agents.flatMap((agent) => Array.from({ length: CHANNELS_EACH }, () => node.connect(agent)));
  const channels = await Promise.all(opening);
  const closed = () => channels.filter(({ socket }) => socket.closedFor !== null).length;
  const [stopping, counts] = [node.app.stop(), [closed()]];
  while (closed() < channels.length) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(20);
    counts.push(closed());
  }
  const steps = counts.map((count, at) => count - (counts[at - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(100);
  await stopping;
  await node.storage.close();
  expect(new Set(channels.map(({ socket }) => socket.reconnectWithinSeconds))).toEqual(new Set([1]));
});

it('a process that is told to stop while agents work says nothing is wrong, and another node takes over at once', async () => {
  // Whatever waited for a node to be forgotten would wait for ten minutes.
  const env = { NODE_TIMEOUT_SECONDS: '600', SHUTDOWN_GRACE_SECONDS: '1', LOG_LEVEL: 'warn' };
  const { nodes } = await startNodeProcesses({ env });
  const [leaving, staying] = [nth(nodes, 0), nth(nodes, 1)];
  const work = await Promise.all(
    CHANNEL_KINDS.flatMap(({ open }) =>
      Array.from({ length: 8 }, async () => {
        const { agent, sender } = await agentAndSender(leaving);
        const channel = await open(leaving, agent);
        const { id } = await submitAccepted(leaving, agent, sender, { expiresInSeconds: 600 });
        await channel.received(id);
        await channel.ack(id);
        await untilStatus(leaving, id, sender, 'ACKED');
        return { agent, channel, id, open };
      }),
    ),
  );
  expect(await leaving.end('SIGTERM')).toEqual({ code: 0, signal: null });
  // What it logs comes after its welcome.
  expect(leaving.output().split('Stop with Ctrl+C.')[1]?.trim()).toBe('');
  for (const { agent, channel, id, open } of work) {
    expect(await channel.closeCode()).toBe(1001);
    const next = await open(staying, agent);
    expect((await next.received(id)).attempt).toBe(2);
  }
});
