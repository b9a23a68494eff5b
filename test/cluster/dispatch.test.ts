import { describe, expect, it, onTestFinished } from 'vitest';
import { AgentNotConnectedError } from '../../src/domain/errors.ts';
import { type ApplicationNode, aSender, createNode, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { LossyNetwork } from '../testkit/lossy-network.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';
import { createVirtualClock, type VirtualClock } from '../testkit/virtual-clock.ts';

const { twoNodes, databaseUrl } = nodesOnOneDatabase();

const submit = (node: ApplicationNode, { handle }: TestAgent, whenOffline: 'REJECT' | 'QUEUE' = 'REJECT') =>
  node.app.requests.submit(aSender(), { handle, action: 'do.it', whenOffline });

/** Lets time pass in small steps, as it does, until the probe holds. */
const whileTimePasses = (clock: VirtualClock, probe: () => unknown, stepMs = 500) =>
  eventually(async () => {
    clock.advance(stepMs);
    await probe();
  });

describe('hints that are doubled, late or lost', () => {
  it('delivers no attempt twice when the hint of its assignment is doubled', async () => {
    const { a, b, network, agent } = await twoNodes();
    const channel = await b.connect(agent);
    network.fate = () => 'doubled';
    const { id } = await submit(a, agent);
    await eventually(() => expect(channel.deliveries).toHaveLength(1));
    await b.app.requests.complete(agent, { requestId: id });
    expect(channel.channel.load).toBe(0);
  });

  it('does not bring back what is finished when the hint of its assignment comes after', async () => {
    const { a, b, network, clock, agent, deliverLate } = await twoNodes();
    const channel = await b.connect(agent);
    network.fate = () => 'late';
    const { id } = await submit(a, agent);
    network.isUp = false;
    await whileTimePasses(clock, () => expect(channel.deliveries).toHaveLength(1));
    await b.app.requests.complete(agent, { requestId: id });
    await deliverLate();
    expect(channel.deliveries).toHaveLength(1);
    expect(channel.channel.load).toBe(0);
  });

  it('does not deliver what was cancelled before the hint of its assignment came', async () => {
    const { a, b, network, agent, deliverLate } = await twoNodes();
    const channel = await b.connect(agent);
    const sender = aSender();
    network.fate = () => 'late';
    const { id } = await a.app.requests.submit(sender, { handle: agent.handle, action: 'do.it' });
    network.fate = () => 'arrives';
    await b.app.requests.cancel(sender, { requestId: id });
    await deliverLate();
    expect(channel.deliveries).toHaveLength(0);
    expect(channel.channel.load).toBe(0);
  });

  it('keeps holding what it was given again, whatever is said late of the attempt before', async () => {
    const { a, b, network, agent, deliverLate } = await twoNodes();
    const first = await b.connect(agent);
    const sender = aSender();
    network.fate = () => 'late';
    const { id } = await a.app.requests.submit(sender, { handle: agent.handle, action: 'do.it' });
    await first.close();
    const second = await b.connect(agent);
    await eventually(() => expect(second.deliveries.map(({ attempts }) => attempts)).toEqual([2]));
    await deliverLate();
    expect(second.channel.holds(id)).toBe(true);
    network.fate = () => 'arrives';
    await a.app.requests.cancel(sender, { requestId: id });
    await eventually(() => expect(second.withdrawals).toEqual([id]));
  });

  it('notices without hints that others acked and finished what its channels hold', async () => {
    const { a, b, network, clock, agent } = await twoNodes({ unackedMax: 1 });
    const channel = await b.connect(agent);
    const { id } = await submit(a, agent);
    await eventually(() => expect(channel.deliveries).toHaveLength(1));
    network.isUp = false;
    await a.app.requests.acknowledge(agent, { requestId: id });
    // There is room for one unacked request: the next one is delivered only when the ack is known.
    const next = await submit(a, agent);
    await whileTimePasses(clock, () => expect(channel.deliveries.map((each) => each.id)).toEqual([id, next.id]));
    await a.app.requests.complete(agent, { requestId: id });
    await whileTimePasses(clock, () => expect(channel.channel.heldRequestIds()).toEqual([next.id]));
  });

  it('releases what is assigned to a channel that has ended meanwhile', async () => {
    const { a, b, network, agent, deliverLate } = await twoNodes();
    const gone = await b.connect(agent);
    network.fate = () => 'late';
    await submit(a, agent);
    await gone.close();
    const other = await a.connect(agent);
    await eventually(() => expect(other.deliveries).toHaveLength(1));
    await deliverLate();
    expect(gone.deliveries).toHaveLength(0);
  });
});

describe('who gets a request', () => {
  it('finds the channel of a node that started a moment ago', async () => {
    const network = new LossyNetwork();
    const clock = createVirtualClock();
    const start = async () => {
      const node = await createNode({ databaseUrl: databaseUrl(), bus: network.join(), clock });
      onTestFinished(() => node.stop());
      await node.start();
      return node;
    };
    const [a, b] = [await start(), await start()];
    const agent = await newAgent(a.storage, clock.now());
    const channel = await b.connect(agent);
    // `a` has not heard of `b` yet.
    await a.app.requests.submit(aSender(), { handle: agent.handle, action: 'do.it' });
    await eventually(() => expect(channel.deliveries).toHaveLength(1));
  });

  it('knows a channel of another node from the moment it is told of it, and without being told in a second', async () => {
    for (const isTold of [true, false]) {
      const { a, b, network, clock, stores, agent } = await twoNodes();
      const busy = await a.connect(agent);
      for (let count = 0; count < 2; count += 1) await submit(a, agent);
      const reads = stores.count('presence.channelsOf');
      // It has no choice, as it has just read.
      await submit(a, agent);
      expect(stores.count('presence.channelsOf')).toBe(reads);
      if (!isTold) network.fate = () => 'lost';
      const idle = await b.connect(agent);
      network.fate = () => 'arrives';
      if (!isTold) clock.advance(1_000);
      await submit(a, agent);
      await eventually(() => expect(idle.deliveries).toHaveLength(1));
      expect(busy.deliveries).toHaveLength(3);
    }
  });

  it('spreads what is submitted at once over the channels of another node', async () => {
    const { a, b, agent } = await twoNodes();
    const channels = [await b.connect(agent), await b.connect(agent), await b.connect(agent)];
    await Promise.all(Array.from({ length: 30 }, () => submit(a, agent)));
    await eventually(() => expect(channels.flatMap(({ deliveries }) => deliveries)).toHaveLength(30));
    // Not to the last one: what is counted and what is being stored change while both are compared.
    for (const { deliveries } of channels) expect(Math.abs(deliveries.length - 10)).toBeLessThanOrEqual(3);
  });

  it('gives a replica that does not ack no more than its share, and the others the rest', async () => {
    const { b, agent } = await twoNodes({ unackedMax: 4 });
    const slow = await b.connect(agent);
    const quick = await b.connect(agent);
    quick.onDelivery(({ id }) => void b.app.requests.complete(agent, { requestId: id }));
    await Promise.all(Array.from({ length: 40 }, () => submit(b, agent)));
    await eventually(() => expect(quick.deliveries.length).toBeGreaterThanOrEqual(36));
    expect(slow.deliveries.length).toBeLessThanOrEqual(4);
  });

  it('gives what a channel let lapse to another one, also on another node, before it asks the same one again', async () => {
    const { a, b, clock, agent } = await twoNodes();
    const hung = await a.connect(agent);
    const { id } = await submit(a, agent);
    const other = await b.connect(agent);
    await whileTimePasses(clock, () =>
      expect(other.deliveries.map((each) => [each.id, each.attempts])).toEqual([[id, 2]]),
    );
    expect(hung.deliveries).toHaveLength(1);
    // Its node reads the request before it lets go of it.
    await eventually(() => expect(hung.channel.load).toBe(0));
  });

  it('takes a late ack of the channel before for no ack of the one that holds the request now', async () => {
    const { a, b, clock, agent } = await twoNodes();
    const late = await a.connect(agent);
    const { id } = await submit(a, agent);
    const hung = await b.connect(agent);
    await whileTimePasses(clock, () => expect(hung.deliveries).toHaveLength(1));
    await a.app.requests.acknowledge(agent, { requestId: id }, late.id);
    await late.close();
    const third = await a.connect(agent);
    await whileTimePasses(clock, () =>
      expect(third.deliveries.map((each) => [each.id, each.attempts])).toEqual([[id, 3]]),
    );
  });

  it('refuses a request for an agent that left while its backlog was too long for it', async () => {
    const { a, agent } = await twoNodes({ unackedMax: 1 });
    const channel = await a.connect(agent);
    await submit(a, agent);
    await submit(a, agent);
    await channel.close();
    await expect(submit(a, agent)).rejects.toThrow(AgentNotConnectedError);
  });

  it('sends what a full channel let lapse again, and gives it up after the last attempt', async () => {
    const { a, clock, agent } = await twoNodes({ unackedMax: 2, maxAttempts: 3 });
    const hung = await a.connect(agent);
    const sent = [await submit(a, agent), await submit(a, agent)];
    await whileTimePasses(clock, () =>
      expect(hung.deliveries.map(({ attempts }) => attempts)).toEqual([1, 1, 2, 2, 3, 3]),
    );
    const failed = { status: 'FAILED', error: { code: 'undeliverable' }, attempts: 3 };
    await whileTimePasses(clock, async () => {
      for (const { id } of sent) expect(await a.storage.requests.byId(id)).toMatchObject(failed);
    });
    expect(hung.channel.load).toBe(0);
  });
});

describe('a node that stops', () => {
  it('releases what others still assign to it, lets what is acked be finished, and ends', async () => {
    const { a, b, clock, agent } = await twoNodes({ shutdownGraceMs: 60_000 });
    const busy = await b.connect(agent);
    const acked = await submit(a, agent);
    await eventually(() => expect(busy.deliveries).toHaveLength(1));
    await b.app.requests.acknowledge(agent, { requestId: acked.id });
    const stopped = b.app.stop();
    const late = await submit(a, agent, 'QUEUE');
    const next = await a.connect(agent);
    await whileTimePasses(clock, () => expect(next.deliveries.map(({ id }) => id)).toEqual([late.id]), 20);
    expect(busy.deliveries).toHaveLength(1);
    expect(busy.socket.closedFor).toBeNull();
    await b.app.requests.complete(agent, { requestId: acked.id });
    await whileTimePasses(clock, () => expect(busy.socket.closedFor).toBe('shutting-down'), 20);
    await stopped;
  });

  it('releases what it did not get acked, and another channel gets it at once', async () => {
    const { a, b, agent } = await twoNodes();
    const leaving = await b.connect(agent);
    const { id } = await submit(a, agent);
    await eventually(() => expect(leaving.deliveries).toHaveLength(1));
    const staying = await a.connect(agent);
    await b.app.stop();
    await eventually(() => expect(staying.deliveries.map((each) => [each.id, each.attempts])).toEqual([[id, 2]]));
  });
});
