import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  openChannel,
  registerAgent,
  submitAccepted,
  untilChannels,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { deleteUnheard } from '../testkit/delete-unheard.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask, type Credential, mutate, mutateSuccessfully, Subscription } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

const CHANNEL = 'subscription { agentChannel { __typename ... on RequestReceived { requestId attempt } } }';

const clock = createManualClock();
let platform: TestPlatform;
let admin: Credential;
beforeAll(async () => {
  platform = await startTestPlatform({ clock, env: { CHANNELS_PER_AGENT_MAX: '3' } });
  admin = await logIn(platform);
});
afterAll(() => platform.stop());

const statusOf = async (agent: Agent) =>
  (await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id })).agent.status;

const untilActive = (agent: Agent) => eventually(async () => expect(await statusOf(agent)).toBe('ACTIVE'));
const untilInactive = (agent: Agent) => eventually(async () => expect(await statusOf(agent)).toBe('INACTIVE'));

const newKey = (agent: Agent, input: object = {}) =>
  mutateSuccessfully(platform, 'createApiKey', input, 'apiKey key { id }', agent);

describe('while a channel is open', () => {
  it('its agent is ACTIVE, and INACTIVE before and after', async () => {
    const { agent } = await agentAndSender(platform);
    expect(await statusOf(agent)).toBe('INACTIVE');
    const channel = await openChannel(platform, agent);
    expect(await statusOf(agent)).toBe('ACTIVE');
    await channel.close();
    await untilInactive(agent);
  });

  it('its agent is one of the active ones of the directory', async () => {
    const { agent } = await agentAndSender(platform);
    const find = async () => {
      const query = 'query ($search: String) { agents(search: $search, status: ACTIVE) { edges { node { id } } } }';
      return (await ask(platform, query, { search: agent.handle })).agents.edges;
    };
    expect(await find()).toEqual([]);
    await openChannel(platform, agent);
    expect(await find()).toEqual([{ node: { id: agent.id } }]);
  });

  it('the last heartbeat is known to the agent', async () => {
    const { agent } = await agentAndSender(platform);
    await openChannel(platform, agent);
    await eventually(async () => {
      const data = await ask(
        platform,
        'query ($id: ID!) { agent(id: $id) { lastHeartbeatAt } }',
        { id: agent.id },
        agent,
      );
      expect(Date.parse(data.agent.lastHeartbeatAt)).toBeGreaterThan(clock.now().getTime() - 60_000);
    });
  });
});

describe('a channel that ends in an unusual way', () => {
  it('leaves nothing behind when its socket is cut while it opens', async () => {
    const { agent, sender } = await agentAndSender(platform);
    for (let round = 0; round < 20; round++) {
      const socket = await RawSocket.open(platform, agent.apiKey);
      socket.subscribe('1', CHANNEL);
      // Lets the message out, and sometimes the platform begin with it.
      for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
      socket.cut();
    }
    await untilInactive(agent);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    const channel = await openChannel(platform, agent);
    await channel.received(id);
  });

  it('leaves nothing behind when it is completed while it opens', async () => {
    const { agent } = await agentAndSender(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    for (let round = 0; round < 20; round++) {
      socket.subscribe(String(round), CHANNEL);
      socket.send({ id: String(round), type: 'complete' });
    }
    await untilInactive(agent);
    // One that is still opening counts among the agent's channels for as long as that takes, and may be one too many.
    await eventually(() => openChannel(platform, agent), 40_000);
  });

  it('does not hide a newer one when its end is noticed late', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const stale = await openChannel(platform, agent);
    const fresh = await openChannel(platform, agent);
    await untilChannels(platform, agent, 2, admin);
    await stale.close();
    const { id } = await submitAccepted(platform, agent, sender);
    await fresh.received(id);
    expect(await statusOf(agent)).toBe('ACTIVE');
  });
});

describe('the key that a channel was opened with', () => {
  it('closes it with 4001 at once when it is revoked, and no other key does', async () => {
    const { agent } = await agentAndSender(platform);
    const [first, second] = [await newKey(agent), await newKey(agent)];
    const lost = await openChannel(platform, { ...agent, apiKey: first.apiKey });
    const kept = await openChannel(platform, { ...agent, apiKey: second.apiKey });
    await untilChannels(platform, agent, 2, admin);
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: first.key.id }, 'key { revokedAt }', agent);
    expect(await lost.events.ended()).toMatchObject({ error: { code: 4001 } });
    expect(await statusOf(agent)).toBe('ACTIVE');
    await kept.close();
    await untilInactive(agent);
  });

  it('closes it with 4001 when it expires', async () => {
    const { agent } = await agentAndSender(platform);
    const { apiKey } = await newKey(agent, { expiresAt: new Date(clock.now().getTime() + 60_000) });
    const channel = await openChannel(platform, { ...agent, apiKey });
    clock.advance(59_000);
    await untilActive(agent);
    clock.advance(2_000);
    expect(await channel.events.ended()).toMatchObject({ error: { code: 4001 } });
    await untilInactive(agent);
  });

  it('closes it with 4001 when its agent is deleted, and what was open is cancelled', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    expect(await channel.events.ended()).toMatchObject({ error: { code: 4001, reason: 'The agent was deleted.' } });
    expect(await untilStatus(platform, id, sender, 'CANCELLED')).toMatchObject({ error: { code: 'agent_deleted' } });
    expect((await ask(platform, 'query ($id: ID!) { agent(id: $id) { id } }', { id: agent.id })).agent).toBe(null);
  });

  it('opens nothing any more after the agent is deleted', async () => {
    const agent = await registerAgent(platform);
    await mutateSuccessfully(platform, 'deleteAgent', { agentId: agent.id }, 'agentId', agent);
    const end = await Subscription.open(platform, CHANNEL, {}, agent).events.ended();
    expect(end).toMatchObject({ error: { code: 4403 } });
  });
});

describe('opening a channel', () => {
  it('is refused over server-sent events', async () => {
    const { agent } = await agentAndSender(platform);
    const stream = await EventStream.open(platform, CHANNEL, {}, agent);
    expect(await stream.events.take()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    expect(await statusOf(agent)).toBe('INACTIVE');
  });

  it('is refused with TOO_MANY_CHANNELS over the limit, also of concurrent ones, and possible again after one ends', async () => {
    const { agent } = await agentAndSender(platform);
    const sockets = await Promise.all(Array.from({ length: 10 }, () => RawSocket.open(platform, agent.apiKey)));
    for (const socket of sockets) socket.subscribe('1', CHANNEL);
    const refused = await eventually(() => {
      const all = sockets.filter((socket) => socket.messages.pending(({ type }) => type === 'next').length > 0);
      expect(all).toHaveLength(7);
      return all;
    });
    for (const socket of refused) {
      expect(await socket.next('1')).toMatchObject({ errors: [{ extensions: { code: 'TOO_MANY_CHANNELS' } }] });
    }
    for (const socket of sockets) if (!refused.includes(socket)) socket.cut();
    await untilInactive(agent);
    await openChannel(platform, agent);
  });

  it('is refused with UNAUTHENTICATED once its agent is gone, also on a node that has not heard of it', async () => {
    const { agent } = await agentAndSender(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    await deleteUnheard(platform, agent);
    socket.subscribe('1', CHANNEL);
    expect(await socket.next('1')).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  });

  it('is refused to a sender', async () => {
    const { sender } = await agentAndSender(platform);
    const end = await Subscription.open(platform, CHANNEL, {}, sender).events.ended();
    expect(end).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  it('needs no key in the message when the upgrade had it', async () => {
    const { agent } = await agentAndSender(platform);
    const socket = await RawSocket.open(platform, null, { headers: { authorization: `Bearer ${agent.apiKey}` } });
    socket.subscribe('1', CHANNEL);
    await untilActive(agent);
  });

  it('leaves the agent able to answer over HTTP with another of its keys', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const other = await newKey(agent);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    const answer = await mutate(platform, 'completeRequest', { requestId: id }, 'request { status }', other);
    expect(answer.request.status).toBe('COMPLETED');
  });
});
