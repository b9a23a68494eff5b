import pg from 'pg';
import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import { aKey } from '../storage/fixtures.ts';
import { type ApplicationNode, anAdmin, aSender, newAgent, type TestAgent } from '../testkit/application-node.ts';
import { eventually } from '../testkit/eventually.ts';
import { nodesOnOneDatabase } from '../testkit/two-nodes.ts';
import type { VirtualClock } from '../testkit/virtual-clock.ts';

const { twoNodes, databaseUrl } = nodesOnOneDatabase();

type Sender = ReturnType<typeof aSender>;

async function registered(node: ApplicationNode, clock: VirtualClock): Promise<Sender> {
  const sender = aSender();
  await node.storage.senders.insert(
    { id: sender.senderId, displayName: 'A sender', createdAt: clock.now() },
    aKey('SENDER', { id: sender.apiKeyId }),
  );
  return sender;
}

const submit = (node: ApplicationNode, sender: Sender, { handle }: TestAgent) =>
  node.app.requests.submit(sender, { handle, action: 'do.it', whenOffline: 'QUEUE' });

it('closes the channels of a suspended agent on whichever node, and hands what they held to nobody', async () => {
  const { a, b, clock, stores, agent } = await twoNodes();
  const channels = [await a.connect(agent), await b.connect(agent)];
  const sender = aSender();
  const ids = [(await submit(a, sender, agent)).id, (await submit(b, sender, agent)).id];
  const { suspendAgent, resumeAgent } = a.app.suspensions;
  await suspendAgent(anAdmin(clock.now()), { id: agent.agentId, reason: 'Answers nonsense' });
  await eventually(() => {
    expect(channels.map(({ socket }) => socket.closedFor)).toEqual(['agent-suspended', 'agent-suspended']);
  });
  await eventually(async () => {
    const held = await Promise.all(ids.map((id) => b.storage.requests.byId(id)));
    expect(held.map((each) => each?.status)).toEqual(['PENDING', 'PENDING']);
  });
  await expect(b.connect(agent)).rejects.toMatchObject({ code: 'suspended' });
  await expect(submit(b, sender, agent)).rejects.toMatchObject({ code: 'suspended' });

  await resumeAgent(anAdmin(clock.now()), { id: agent.agentId });
  await stores.idle();
  const again = await b.connect(agent);
  await eventually(() => expect(again.deliveries.map(({ id }) => id).sort()).toEqual(ids.sort()));
});

it('closes them within five seconds where the hint of it is lost', async () => {
  const { a, b, network, clock, stores, agent } = await twoNodes();
  const channel = await b.connect(agent);
  network.fate = () => 'lost';
  await a.app.suspensions.suspendAgent(anAdmin(clock.now()), { id: agent.agentId, reason: 'Answers nonsense' });
  clock.advance(5_000);
  await eventually(() => expect(channel.socket.closedFor).toBe('agent-suspended'));
  await stores.idle();
  expect(await b.storage.presence.areConnected([agent.agentId], new Date(0))).toEqual([false]);
});

it('wakes every node once a sender may go on, for each agent that its requests wait for', async () => {
  const { a, b, clock, stores, agent } = await twoNodes();
  const other = await newAgent(a.storage, clock.now());
  const sender = await registered(a, clock);
  for (const each of [agent, other]) await submit(a, sender, each);
  await a.app.suspensions.suspendSender(anAdmin(clock.now()), { id: sender.senderId, reason: 'Floods' });
  const channels = [await b.connect(agent), await b.connect(other)];
  await stores.idle();
  expect(channels.map(({ deliveries }) => deliveries.length)).toEqual([0, 0]);

  await a.app.suspensions.resumeSender(anAdmin(clock.now()), { id: sender.senderId });
  await eventually(() => expect(channels.map(({ deliveries }) => deliveries.length)).toEqual([1, 1]));
});

it('lets others pass what a blocked sender has waiting, at once, and leaves that until it is let go on', async () => {
  const { a, b, clock, agent } = await twoNodes();
  const [blocked, honest] = [aSender(), aSender()];
  const { id: left } = await submit(a, blocked, agent);
  const client = new pg.Client({ connectionString: databaseUrl() });
  await client.connect();
  try {
    const pair = [agent.agentId, blocked.senderId];
    await client.query(
      'insert into sender_limits (agent_id, sender_id, is_blocked, updated_at) values ($1, $2, true, now())',
      pair,
    );
    const channel = await b.connect(agent);
    const { id, status } = await submit(a, honest, agent);
    expect(status).toBe('DISPATCHED');
    await eventually(() => expect(channel.deliveries.map((each) => each.id)).toEqual([id]));
    await client.query('update sender_limits set is_blocked = false where (agent_id, sender_id) = ($1, $2)', pair);
    await eventually(() => {
      clock.advance(100);
      expect(channel.deliveries.map((each) => each.id)).toContain(left);
    });
  } finally {
    await client.end();
  }
});

it('keeps a sender out on another node at once, and within five seconds where the hint is lost', async () => {
  const { a, b, network, clock, stores } = await twoNodes();
  const { sender, apiKey } = await a.app.senders.register(null, { displayName: 'A sender' }, '192.0.2.1');
  const isKnownAsSuspended = async () => {
    const principal = await b.app.keys.authenticate(apiKey);
    return principal?.isSuspended;
  };
  expect(await isKnownAsSuspended()).toBe(false);
  const admin = anAdmin(clock.now());
  await a.app.suspensions.suspendSender(admin, { id: sender.id, reason: 'Floods' });
  await stores.idle();
  expect(await isKnownAsSuspended()).toBe(true);
  network.fate = () => 'lost';
  await a.app.suspensions.resumeSender(admin, { id: sender.id });
  clock.advance(5_001);
  expect(await isKnownAsSuspended()).toBe(false);
});

it('knows nobody of an id that nobody has', async () => {
  const { a, clock } = await twoNodes();
  const suspended = a.app.suspensions.suspendSender(anAdmin(clock.now()), { id: newId(), reason: 'Floods' });
  await expect(suspended).rejects.toMatchObject({ code: 'sender_not_found' });
});

describe('a document that is ended by its budget', () => {
  const ENDS = 5;

  const published = async (node: ApplicationNode, agent: TestAgent, clock: VirtualClock) => {
    const id = newId();
    await node.storage.documents.publishCapabilities(id, agent.agentId, [], clock.now());
    return id;
  };
  const refusal = ({ app }: ApplicationNode, { agentId }: TestAgent, contractId: string) =>
    app.quarantines.refuse(agentId, contractId).then(
      () => null,
      ({ code }) => code,
    );

  it('is counted on all nodes together, and in quarantine on all of them at once', async () => {
    const { a, b, clock, stores, agent } = await twoNodes();
    const contractId = await published(a, agent, clock);
    // Both know the agent as it was before.
    for (const node of [a, b]) expect(await refusal(node, agent, contractId)).toBeNull();
    for (let ends = 0; ends < ENDS; ends += 1)
      (ends % 2 ? a : b).app.quarantines.noteTimeout(agent.agentId, contractId);
    for (const node of [a, b]) {
      await eventually(async () => expect(await refusal(node, agent, contractId)).toBe('agent_quarantined'));
    }
    await stores.idle();
    expect(await b.app.quarantines.ofAgents([agent.agentId])).toMatchObject([[{ document: 'CONTRACT', version: 1 }]]);
    // Of those that were ended at once, one was the last straw.
    const begun = [a, b].map(({ metrics }) => metrics.quarantines.of('contract').value);
    expect(begun.reduce((sum, count) => sum + count)).toBe(1);
  });

  it('is so within a second or so where hints are lost', async () => {
    const { a, b, network, clock, stores, agent } = await twoNodes();
    const contractId = await published(a, agent, clock);
    expect(await refusal(b, agent, contractId)).toBeNull();
    network.isUp = false;
    for (let ends = 0; ends < ENDS; ends += 1) a.app.quarantines.noteTimeout(agent.agentId, contractId);
    await eventually(async () => {
      clock.advance(500);
      await stores.idle();
      expect(await refusal(b, agent, contractId)).toBe('agent_quarantined');
    });
  });
});
