import { v7 as newId } from 'uuid';
import { describe, expect, it } from 'vitest';
import {
  aChannel,
  aConnectedAgent,
  aKey,
  anAgent,
  dispatched,
  later,
  NOW,
  stored,
  times,
  twoNodes,
} from './fixtures.ts';

const nodes = twoNodes();
const TIMEOUT_MS = 10_000;

const anOwner = async () => {
  const agent = anAgent();
  await nodes.a.agents.insert(agent, aKey());
  return agent;
};

const HOUR_MS = 3_600_000;

const forgetNotSeenSince = (time: Date) =>
  nodes.b.presence.forgetStaleNodes(new Date(time.getTime() + HOUR_MS), HOUR_MS);

const isConnected = async (agentId: string, aliveSince = NOW) =>
  (await nodes.b.presence.areConnected([agentId], aliveSince))[0];

describe('channels', () => {
  it('make their agent connected on every node while they are open', async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a);
    expect(await nodes.b.presence.areConnected([newId(), agent.id, 'no-uuid'], NOW)).toEqual([false, true, false]);
    await nodes.a.presence.removeChannels([channel.id], NOW);
    expect(await isConnected(agent.id)).toBe(false);
  });

  it('end alone: the end of a stale socket does not hide the new one', async () => {
    const { agent, channel: stale } = await aConnectedAgent(nodes.a);
    await nodes.b.presence.insertChannel(aChannel({ agentId: agent.id, nodeId: 'node-2' }), 8, NOW);
    await nodes.a.presence.removeChannels([stale.id], NOW);
    await nodes.a.presence.removeChannels([stale.id], NOW);
    expect(await isConnected(agent.id)).toBe(true);
  });

  it('never are more than the agent may hold: of 30 concurrent ones 8 are taken', async () => {
    const { id: agentId } = await anOwner();
    const taken = await Promise.all(
      times(30, (index) =>
        (index % 2 ? nodes.a : nodes.b).presence.insertChannel(
          aChannel({ agentId, nodeId: `node-${index % 2}` }),
          8,
          NOW,
        ),
      ),
    );
    expect(taken.filter((each) => each === 'inserted')).toHaveLength(8);
    expect(taken.filter((each) => each === 'too-many')).toHaveLength(22);
  });

  it('of a node that went silent do not count, and an agent that is gone gets none', async () => {
    const { id: agentId } = await anOwner();
    await nodes.a.presence.registerNode('silent', NOW);
    await nodes.a.presence.insertChannel(aChannel({ agentId, nodeId: 'silent' }), 1, NOW);
    await nodes.b.presence.registerNode('loud', later(20_000));
    const next = aChannel({ agentId, nodeId: 'loud' });
    expect(await nodes.b.presence.insertChannel(next, 1, NOW)).toBe('too-many');
    expect(await nodes.b.presence.insertChannel(next, 1, later(10_000))).toBe('inserted');
    expect(await nodes.b.presence.insertChannel(aChannel(), 8, NOW)).toBe('no-agent');
  });

  it('say when they open whether requests wait for them', async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a);
    await dispatched(nodes.a, channel);
    const second = aChannel({ agentId: agent.id });
    expect(await nodes.a.presence.insertChannel(second, 8, NOW)).toBe('inserted');
    await nodes.a.requests.releaseChannels([{ channelId: channel.id, cause: null }], NOW);
    expect(await nodes.a.presence.insertChannel(aChannel({ agentId: agent.id }), 8, NOW)).toBe('awaited');
  });

  it('are listed with what each holds, fewest first', async () => {
    const { agent, channel: busy } = await aConnectedAgent(nodes.a);
    const idle = aChannel({ agentId: agent.id, transport: 'websocket', openedAt: later(5) });
    await nodes.a.presence.insertChannel(idle, 8, NOW);
    await dispatched(nodes.a, busy);
    const over = await dispatched(nodes.a, idle);
    await nodes.a.requests.finish(agent.id, over.id, { status: 'COMPLETED', result: null }, NOW);
    expect(await nodes.b.presence.channelsOf(agent.id, NOW)).toEqual([
      { channel: idle, openRequests: 0, holdsSuspect: false, isAwaited: false },
      { channel: busy, openRequests: 1, holdsSuspect: false, isAwaited: false },
    ]);
    expect(await nodes.b.presence.channelsOf('no-uuid', NOW)).toEqual([]);
    await stored(nodes.a, { agentId: agent.id });
    const awaited = await nodes.b.presence.channelsOf(agent.id, NOW);
    expect(awaited.map(({ isAwaited }) => isAwaited)).toEqual([true, true]);
  });
});

describe('nodes', () => {
  it('that stop renewing are forgotten with their channels, whose agents are named', async () => {
    const { agent } = await aConnectedAgent(nodes.a, 'crashed');
    await nodes.a.presence.renewNode('crashed', () => [], later(1_000), TIMEOUT_MS);
    expect(await forgetNotSeenSince(NOW)).not.toContain(agent.id);
    expect(await isConnected(agent.id, later(1_001))).toBe(false);
    expect(await forgetNotSeenSince(later(1_001))).toContain(agent.id);
    expect(await isConnected(agent.id)).toBe(false);
  });

  it('that were forgotten by mistake come back with their channels at the next renewal', async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a, 'paused');
    await forgetNotSeenSince(later(1));
    const gone = aChannel({ nodeId: 'paused' });
    await nodes.a.presence.renewNode('paused', () => [channel, gone], later(2), TIMEOUT_MS);
    expect(await isConnected(agent.id, later(2))).toBe(true);
    expect(await nodes.b.presence.channelsOf(agent.id, later(2))).toEqual([
      { channel, openRequests: 0, holdsSuspect: false, isAwaited: false },
    ]);
  });

  it('come back with their channels, too, when a new channel has brought them back before', async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a, 'slow');
    const { id: othersId } = await anOwner();
    await forgetNotSeenSince(later(1));
    const next = aChannel({ agentId: othersId, nodeId: 'slow', openedAt: later(2) });
    expect(await nodes.a.presence.insertChannel(next, 8, NOW)).toBe('inserted');
    await nodes.a.presence.renewNode('slow', () => [channel, next], later(3), TIMEOUT_MS);
    expect([await isConnected(agent.id), await isConnected(othersId)]).toEqual([true, true]);
  });

  it('take new channels even when they were forgotten', async () => {
    const { id: agentId } = await anOwner();
    await nodes.a.presence.removeNode('unknown');
    const channel = aChannel({ agentId, nodeId: 'unknown', openedAt: later(5) });
    expect(await nodes.a.presence.insertChannel(channel, 8, NOW)).toBe('inserted');
    expect(await isConnected(agentId, later(5))).toBe(true);
  });

  it('lose what an earlier life of theirs left when they register', async () => {
    const { agent } = await aConnectedAgent(nodes.a, 'reborn');
    await nodes.b.presence.registerNode('reborn', later(1));
    expect(await isConnected(agent.id)).toBe(false);
    await nodes.b.presence.removeNode('reborn');
  });

  it('know how many others are alive', async () => {
    const at = later(1_000_000);
    await nodes.a.presence.registerNode('one', at);
    expect(await nodes.a.presence.renewNode('one', () => [], at, TIMEOUT_MS)).toMatchObject({ otherNodes: 0 });
    await nodes.b.presence.registerNode('two', later(1_005_000));
    expect(await nodes.a.presence.renewNode('one', () => [], at, TIMEOUT_MS)).toMatchObject({ otherNodes: 1 });
    const { otherNodes } = await nodes.a.presence.renewNode('one', () => [], later(1_015_001), TIMEOUT_MS);
    expect(otherNodes).toBe(0);
  });

  it("are their agents' heartbeats while they hold a channel; then its end is the last one, or their last renewal", async () => {
    const { agent, channel } = await aConnectedAgent(nodes.a, 'heart');
    const heardAt = async () => {
      const [byId, byHandle] = [
        (await nodes.b.agents.byIds([agent.id]))[0],
        await nodes.b.agents.byHandle(agent.handle),
      ];
      expect(byHandle).toEqual(byId);
      return byId?.lastHeartbeatAt;
    };
    await nodes.a.presence.renewNode('heart', () => [], later(50), TIMEOUT_MS);
    expect(await heardAt()).toEqual(later(50));
    await nodes.a.presence.removeChannels([channel.id], later(60));
    expect(await heardAt()).toEqual(later(60));
    // A channel that ended before it was recorded to have is no reason to go back.
    const next = aChannel({ agentId: agent.id, nodeId: 'heart' });
    await nodes.a.presence.insertChannel(next, 8, NOW);
    await nodes.a.presence.removeChannels([next.id], later(55));
    expect(await heardAt()).toEqual(later(60));
    await nodes.a.presence.registerNode('doomed', later(70));
    await nodes.a.presence.insertChannel(aChannel({ agentId: agent.id, nodeId: 'doomed' }), 8, NOW);
    await nodes.b.presence.renewNode('heart', () => [], later(90), TIMEOUT_MS);
    expect(await forgetNotSeenSince(later(80))).toContain(agent.id);
    expect(await heardAt()).toEqual(later(70));
  });

  it('end side by side with channels of the same agents on other nodes', async () => {
    const agents = await Promise.all(times(20, anOwner));
    const open = async (nodeId: string) => {
      await nodes.a.presence.registerNode(nodeId, NOW);
      const channels = agents.map(({ id }) => aChannel({ agentId: id, nodeId }));
      for (const channel of channels) await nodes.a.presence.insertChannel(channel, 8, NOW);
      return channels.map(({ id }) => id);
    };
    const [left, right] = [await open('left'), await open('right')];
    await Promise.all([
      nodes.a.presence.removeChannels(left, later(1)),
      nodes.b.presence.removeChannels(right.toReversed(), later(2)),
      nodes.b.presence.removeChannels(left.toReversed(), later(2)),
    ]);
    for (const { id } of agents) expect(await isConnected(id)).toBe(false);
  });
});
