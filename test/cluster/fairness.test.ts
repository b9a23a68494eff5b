import { describe, expect, it } from 'vitest';
import {
  type ApplicationNode,
  aSender,
  type NodeOptions,
  type TestAgent,
  type TestChannel,
} from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';

/** One sender may have 250 of the places in a queue. */
const { twoNodes } = nodesOnOneDatabase({ queuedRequestsPerAgentMax: 2_000 });

type Sender = ReturnType<typeof aSender>;

const submit = (node: ApplicationNode, sender: Sender, { handle }: TestAgent) =>
  node.app.requests.submit(sender, { handle, action: 'do.it', whenOffline: 'QUEUE', expiresInSeconds: 3_600 });

/** Of all that the channels got, in the order in which they got it. */
function deliveriesTo(channels: readonly TestChannel[]) {
  const got: { readonly id: string; readonly senderId: string }[] = channels.flatMap(({ deliveries }) => deliveries);
  for (const channel of channels) channel.onDelivery((request) => got.push(request));
  return got;
}

describe('200 requests of a stranger that wait', () => {
  it("let another sender's one be the next that is handed out, on whichever node", async () => {
    const { a, b, stores, agent } = await twoNodes({ unackedMax: 1 });
    const got = deliveriesTo([await a.connect(agent), await b.connect(agent)]);
    const [stranger, honest] = [aSender(), aSender()];
    for (const node of [a, b]) await submit(node, stranger, agent);
    await eventually(() => expect(got).toHaveLength(2));
    for (let sent = 0; sent < 200; sent += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, at) => submit(at % 2 ? a : b, stranger, agent)));
    }
    const { id, status } = await submit(b, honest, agent);
    expect(status).toBe('PENDING');
    // Nobody looks any more at what waited before it came.
    await stores.idle();
    await a.app.requests.complete(agent, { requestId: got[0]?.id ?? '' });
    await eventually(() => expect(got).toHaveLength(3));
    expect(got[2]?.id).toBe(id);
  });

  it('take turns with what others send while they wait, and come in the order in which they were sent', async () => {
    const { a, b, stores, agent } = await twoNodes({ unackedMax: 1 });
    const got = deliveriesTo([await b.connect(agent)]);
    const [stranger, honest] = [aSender(), aSender()];
    const ofStranger = [];
    for (let sent = 0; sent < 8; sent += 1) ofStranger.push((await submit(a, stranger, agent)).id);
    const ofHonest = [];
    for (let sent = 0; sent < 3; sent += 1) ofHonest.push((await submit(a, honest, agent)).id);
    await stores.idle();
    for (let done = 0; done < 11; done += 1) {
      await eventually(() => expect(got).toHaveLength(done + 1));
      await a.app.requests.complete(agent, { requestId: got[done]?.id ?? '' });
    }
    const idsOf = ({ senderId }: Sender) => got.filter((each) => each.senderId === senderId).map(({ id }) => id);
    expect(idsOf(stranger)).toEqual(ofStranger);
    expect(idsOf(honest)).toEqual(ofHonest);
    const turns = got.map(({ senderId }) => (senderId === honest.senderId ? 'honest' : 'stranger'));
    expect(turns.slice(0, 7)).toEqual(['stranger', 'honest', 'stranger', 'honest', 'stranger', 'honest', 'stranger']);
  });
});

describe('what one channel holds of a sender', () => {
  /** One node with a channel; whatever it gets, and how many of a sender that is. */
  async function oneChannel(settings: NodeOptions['settings']) {
    const { a, agent } = await twoNodes(settings);
    const got = deliveriesTo([await a.connect(agent)]);
    const send = async (sender: Sender, count: number) => {
      for (let sent = 0; sent < count; sent += 1) await submit(a, sender, agent);
    };
    const ofSender = ({ senderId }: Sender) => got.filter((each) => each.senderId === senderId);
    const acknowledge = (requestId: string) => a.app.requests.acknowledge(agent, { requestId });
    const complete = (requestId: string) => a.app.requests.complete(agent, { requestId });
    return { got, send, ofSender, acknowledge, complete };
  }

  it('is half of it at most, acked or not, and its last tenth is for who has nothing there', async () => {
    const { got, send, ofSender, acknowledge, complete } = await oneChannel({ unackedMax: 10, openMax: 10 });
    const [first, second, third] = [aSender(), aSender(), aSender()];
    await send(first, 8);
    await eventually(() => expect(got).toHaveLength(5));
    for (const { id } of [...got]) await acknowledge(id);
    await send(second, 8);
    await eventually(() => expect(ofSender(second)).toHaveLength(4));
    await send(third, 2);
    await eventually(() => expect(ofSender(third)).toHaveLength(1));
    expect(got).toHaveLength(10);
    await complete(ofSender(first)[0]?.id ?? '');
    await complete(ofSender(second)[0]?.id ?? '');
    // One of the two is replaced: then nine are there again.
    await eventually(() => expect(got).toHaveLength(11));
  });

  it('is half of what may be unacked while others wait, so that whoever comes finds room', async () => {
    const { got, send, ofSender, acknowledge, complete } = await oneChannel({ unackedMax: 4, openMax: 100 });
    const [first, second, third] = [aSender(), aSender(), aSender()];
    await send(first, 8);
    await eventually(() => expect(got).toHaveLength(4));
    await send(second, 4);
    for (const { id } of ofSender(first)) await acknowledge(id);
    await eventually(() => expect(ofSender(second)).toHaveLength(2));
    for (const { id } of ofSender(second)) await acknowledge(id);
    await send(third, 1);
    await eventually(() => expect(ofSender(third)).toHaveLength(1));
    expect([ofSender(first).length, ofSender(second).length]).toEqual([4, 2]);
    await complete(ofSender(second)[0]?.id ?? '');
    await eventually(() => expect(ofSender(second)).toHaveLength(3));
    expect(ofSender(first)).toHaveLength(4);
  });
});

describe('who has its share of what is there', () => {
  it('makes no request of others wait, which costs no statement more', async () => {
    const { a, stores, agent } = await twoNodes({ unackedMax: 20, openMax: 20 });
    const channel = await a.connect(agent);
    const [stranger, honest] = [aSender(), aSender()];
    for (let sent = 0; sent < 12; sent += 1) await submit(a, stranger, agent);
    await stores.idle();
    expect(channel.deliveries).toHaveLength(10);
    const looks = stores.count('requests.claimable');
    for (let sent = 0; sent < 3; sent += 1) {
      const { id, status } = await submit(a, honest, agent);
      expect(status).toBe('DISPATCHED');
      await a.app.requests.complete(agent, { requestId: id });
    }
    await stores.idle();
    expect(stores.count('requests.claimable')).toBe(looks);
    await a.app.requests.complete(agent, { requestId: channel.deliveries[0]?.id ?? '' });
    await eventually(() => expect(channel.deliveries).toHaveLength(14));
    expect(channel.deliveries.at(-1)?.senderId).toBe(stranger.senderId);
  });

  it('hides nobody who has nothing there, however many they are', async () => {
    const { a, stores, agent } = await twoNodes({ unackedMax: 100, openMax: 100 });
    const channel = await a.connect(agent);
    const others = Array.from({ length: 70 }, () => aSender());
    for (let round = 0; round < 3; round += 1) await Promise.all(others.map((sender) => submit(a, sender, agent)));
    await stores.idle();
    expect(channel.deliveries).toHaveLength(90);
    // The last whose turn it would be.
    const last = channel.deliveries.at(-1)?.senderId ?? '';
    const before = (Number.parseInt(last.slice(-8), 16) - 1).toString(16).padStart(8, '0');
    const newcomer = { ...aSender(), senderId: `${last.slice(0, -8)}${before}` };
    const { id } = await submit(a, newcomer, agent);
    await eventually(() => expect(channel.deliveries.at(-1)?.id).toBe(id));
  });

  it('keeps nobody waiting with what it lost when a node died', async () => {
    const { a, b, clock, stores, agent } = await twoNodes({ unackedMax: 130, openMax: 130 });
    const channels = [await a.connect(agent), await b.connect(agent)];
    const got = deliveriesTo(channels);
    const [stranger, honest] = [aSender(), aSender()];
    // Sixty-five for each channel, and some that wait.
    for (let sent = 0; sent < 140; sent += 20) {
      await Promise.all(Array.from({ length: 20 }, (_, at) => submit(at % 2 ? a : b, stranger, agent)));
    }
    await eventually(() => {
      for (const { deliveries } of channels) expect(deliveries.length).toBeGreaterThanOrEqual(65);
    });
    await stores.idle();
    for (const { id } of [...got]) await b.app.requests.acknowledge(agent, { requestId: id });
    await a.crash();
    await eventually(async () => {
      clock.advance(500);
      await stores.idle();
      expect(await b.storage.presence.channelsOf(agent.agentId, new Date(0))).toHaveLength(1);
    });
    const { id } = await submit(b, honest, agent);
    await eventually(() => {
      clock.advance(500);
      expect(channels[1]?.deliveries.map((each) => each.id)).toContain(id);
    });
  });

  it('is sent again what it did not ack, also while older requests of it find no room', async () => {
    const { a, clock, agent } = await twoNodes({ unackedMax: 4, openMax: 4 });
    const channels = [await a.connect(agent), await a.connect(agent)];
    const sender = aSender();
    const { id: oldest } = await submit(a, sender, agent);
    for (let sent = 1; sent < 4; sent += 1) await submit(a, sender, agent);
    await eventually(() => expect(channels.map(({ deliveries }) => deliveries.length)).toEqual([2, 2]));
    const hasOldest = ({ deliveries }: TestChannel) => deliveries.some(({ id }) => id === oldest);
    await channels.find(hasOldest)?.close();
    const left = channels.find((each) => !hasOldest(each));
    await eventually(() => {
      clock.advance(500);
      expect(left?.deliveries.filter(({ attempts }) => attempts === 2)).toHaveLength(2);
    });
  });

  it('keeps no suspect of another waiting with one of its own', async () => {
    const { a, clock, agent } = await twoNodes({ unackedMax: 4, openMax: 4 });
    const full = await a.connect(agent);
    const [stranger, honest] = [aSender(), aSender()];
    for (let sent = 0; sent < 2; sent += 1) {
      await a.app.requests.acknowledge(agent, { requestId: (await submit(a, stranger, agent)).id });
    }
    full.socket.unsentBytes = 300_000;
    const suspects: string[] = [];
    for (let lost = 0; lost < 2; lost += 1) {
      const channel = await a.connect(agent);
      if (lost === 0) for (const sender of [stranger, honest]) suspects.push((await submit(a, sender, agent)).id);
      await eventually(() => expect(channel.deliveries.map(({ id }) => id).toSorted()).toEqual(suspects));
      await channel.close();
    }
    full.onDelivery(({ id }) => void a.app.requests.acknowledge(agent, { requestId: id }));
    full.socket.unsentBytes = 0;
    await eventually(() => {
      clock.advance(500);
      expect(full.deliveries.map(({ id }) => id)).toEqual(expect.arrayContaining(suspects));
    });
  });
});

it('a node without the channel overtakes nothing that waits when room seems to be there', async () => {
  const { a, b, network, clock, agent } = await twoNodes({ unackedMax: 1 });
  const got = deliveriesTo([await b.connect(agent)]);
  const [first, second] = [aSender(), aSender()];
  const ids = [(await submit(a, first, agent)).id, (await submit(a, first, agent)).id];
  await eventually(() => expect(got.map(({ id }) => id)).toEqual(ids.slice(0, 1)));
  network.isUp = false;
  await a.app.requests.complete(agent, { requestId: ids[0] ?? '' });
  const { id, status } = await submit(a, second, agent);
  expect(status).toBe('PENDING');
  await eventually(() => {
    clock.advance(500);
    expect(got).toHaveLength(2);
  });
  await b.app.requests.complete(agent, { requestId: got[1]?.id ?? '' });
  await eventually(() => expect(got.map((each) => each.id).toSorted()).toEqual([...ids, id].toSorted()));
});

it('a request that finds a free channel costs no statement more for it', async () => {
  const { a, b, stores, agent } = await twoNodes();
  const got = deliveriesTo([await b.connect(agent)]);
  await submit(b, aSender(), agent);
  for (const [node, channelReads] of [
    [b, 0],
    [a, 1],
  ] as const) {
    await eventually(() => expect(got).toHaveLength(1 + channelReads));
    await b.app.requests.complete(agent, { requestId: got.at(-1)?.id ?? '' });
    await stores.idle();
    stores.calls.length = 0;
    await submit(node, aSender(), agent);
    await eventually(() => expect(got).toHaveLength(2 + channelReads));
    expect(stores.count('presence.channelsOf')).toBe(channelReads);
    expect(stores.count('requests.claimable') + stores.count('requests.claim')).toBe(0);
    expect(stores.count('requests.insert')).toBe(1);
  }
});
