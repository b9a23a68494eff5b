import { describe, expect, it } from 'vitest';
import { type ApplicationNode, anAdmin, aSender, type TestAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';

const { twoNodes } = nodesOnOneDatabase();

type Sender = ReturnType<typeof aSender>;

const submit = (node: ApplicationNode, sender: Sender, { handle }: TestAgent) =>
  node.app.requests.submit(sender, { handle, action: 'do.it', whenOffline: 'QUEUE', expiresInSeconds: 3_600 });

describe('what an owner sets on one node', () => {
  it('holds on the others as soon as their hint has come', async () => {
    const { a, b, clock, stores, agent } = await twoNodes();
    const [sender, admin] = [aSender(), anAdmin(clock.now())];
    await submit(b, sender, agent);
    await a.app.limits.setOfSender(admin, { agentId: agent.agentId, senderId: sender.senderId, blocked: true });
    await stores.idle();
    await expect(submit(b, sender, agent)).rejects.toMatchObject({ code: 'blocked' });
    await b.app.limits.removeOfSender(admin, { agentId: agent.agentId, senderId: sender.senderId });
    await stores.idle();
    await submit(a, sender, agent);
  });

  it('holds on them within a second or so where hints are lost', async () => {
    const { a, b, network, clock, stores, agent } = await twoNodes();
    const sender = aSender();
    await submit(b, sender, agent);
    network.isUp = false;
    const limit = { agentId: agent.agentId, openPerSender: 1 };
    await a.app.limits.setOfAgent(anAdmin(clock.now()), limit);
    await eventually(async () => {
      clock.advance(500);
      await stores.idle();
      await expect(submit(b, sender, agent)).rejects.toMatchObject({ code: 'rate_limited' });
    });
  });

  it('keeps what waits of whom it blocks from every channel, and lets it go on afterwards', async () => {
    const { a, b, clock, stores, agent } = await twoNodes();
    const [blocked, other, admin] = [aSender(), aSender(), anAdmin(clock.now())];
    const { id: held } = await submit(a, blocked, agent);
    const of = { agentId: agent.agentId, senderId: blocked.senderId };
    await a.app.limits.setOfSender(admin, { ...of, blocked: true });
    const channel = await b.connect(agent);
    const { id } = await submit(a, other, agent);
    await eventually(() => expect(channel.deliveries.map((each) => each.id)).toEqual([id]));
    await stores.idle();
    await a.app.limits.removeOfSender(admin, of);
    await eventually(() => expect(channel.deliveries.map((each) => each.id)).toEqual([id, held]));
  });

  it('costs a submission no statement, but one where it counts what is unfinished', async () => {
    const { a, clock, stores, agent } = await twoNodes();
    const sender = aSender();
    await a.connect(agent);
    const callsOf = async () => {
      await submit(a, sender, agent);
      await stores.idle();
      stores.calls.length = 0;
      await submit(a, sender, agent);
      await stores.idle();
      // Where a channel is, is asked now and then.
      return stores.calls.filter((call) => call !== 'presence.channelsOf').sort();
    };
    const plain = await callsOf();
    const set = (numbers: object) =>
      a.app.limits.setOfAgent(anAdmin(clock.now()), { agentId: agent.agentId, ...numbers });
    await set({ perMinute: 1_000, perSenderPerDay: 1_000 });
    expect(await callsOf()).toEqual(plain);
    await set({ openPerSender: 1_000 });
    expect(await callsOf()).toEqual([...plain, 'requests.countOfSender'].sort());
  });
});
