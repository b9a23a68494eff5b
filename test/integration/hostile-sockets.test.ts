import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  acknowledge,
  agentAndSender,
  openChannel,
  readRequest,
  type Sender,
  submit,
  submitAccepted,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

const CHANNEL = 'subscription { agentChannel { __typename ... on RequestReceived { requestId params } } }';
const ANYTHING = [{ action: 'take', paramsSchema: {}, constraints: {} }];

/** Less than what is taken for a node that stood still; three of them are more than what a socket may be silent for. */
const STEP_MS = 350_000;

const clock = createManualClock();
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({
    clock,
    env: {
      WS_HEARTBEAT_INTERVAL_SECONDS: '0.1',
      WS_HEARTBEAT_TIMEOUT_SECONDS: '1000',
      WS_MAX_MESSAGE_SIZE: '65536',
      CHANNEL_BACKLOG_MAX_BYTES: '262144',
      CHANNEL_UNACKED_MAX: '10000',
      SUBSCRIPTIONS_PER_SOCKET_MAX: '100',
    },
  });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

/** Others are served as if nothing were: a whole request of somebody else. */
async function expectHealthy() {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await openChannel(platform, agent);
  const { id } = await submitAccepted(platform, agent, sender);
  await channel.received(id);
  expect((await acknowledge(platform, agent, id)).request.status).toBe('ACKED');
  await channel.close();
}

const untilStatus = (agent: Agent, status: string) =>
  eventually(async () => {
    const data = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id });
    expect(data.agent.status).toBe(status);
  });

describe('a socket', () => {
  it('that does not introduce itself is closed with 4408', async () => {
    const socket = new RawSocket(platform);
    await socket.opened();
    expect(await socket.closed()).toMatchObject({ code: 4408 });
  });

  it('that subscribes before it is acknowledged is closed with 4401', async () => {
    const socket = new RawSocket(platform);
    await socket.opened();
    socket.subscribe('1', CHANNEL);
    expect(await socket.closed()).toMatchObject({ code: 4401 });
  });

  it('that introduces itself twice is closed with 4429', async () => {
    const { agent } = await agentAndSender(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    socket.send({ type: 'connection_init' });
    expect(await socket.closed()).toMatchObject({ code: 4429 });
  });

  it.each(['', 'x', '[]', '{}', '{"type":"subscribe"}', '{"type":"next","id":"1"}', '{"type":"__proto__"}'])(
    'that says %j is closed with 4400',
    async (text) => {
      const socket = await RawSocket.open(platform, null);
      socket.sendText(text);
      expect(await socket.closed()).toMatchObject({ code: 4400 });
    },
  );

  it('that sends more than WS_MAX_MESSAGE_SIZE is closed with 1009, and the process lives', async () => {
    const socket = await RawSocket.open(platform, null);
    socket.sendText('x'.repeat(65_537));
    expect(await socket.closed()).toMatchObject({ code: 1009 });
    await expectHealthy();
  });

  it('that is cut in the middle of a frame disturbs nobody', async () => {
    const socket = await RawSocket.open(platform, null);
    socket.sendText('x'.repeat(60_000));
    socket.cut();
    await expectHealthy();
  });

  it('that uses one id twice is closed with 4409', async () => {
    const { agent } = await agentAndSender(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    socket.subscribe('1', CHANNEL);
    socket.subscribe('1', CHANNEL);
    expect(await socket.closed()).toMatchObject({ code: 4409 });
    await untilStatus(agent, 'INACTIVE');
  });

  it('that asks for 20,000 subscriptions is closed with 4429, and holds nothing afterwards', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const input = { action: 'take', params: {}, whenOffline: 'QUEUE' };
    const { id } = await submitAccepted(platform, agent, sender, input);
    const socket = await RawSocket.open(platform, sender.apiKey);
    const query = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id } }';
    for (let n = 0; n < 20_000; n++) socket.subscribe(String(n), query, { id });
    expect(await socket.closed()).toMatchObject({ code: 4429 });
    expect(socket.messages.pending(({ type }) => type === 'next').length).toBeLessThanOrEqual(100);
    await expectHealthy();
  });

  it('that speaks another protocol is refused at the upgrade', async () => {
    const response = await fetch(`${platform.url}/graphql`, {
      headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-protocol': 'graphql-ws' },
    }).catch((error: unknown) => error);
    // fetch may not upgrade; what counts is that nothing was opened and nobody noticed.
    expect(response).toBeDefined();
    await expectHealthy();
  });
});

describe('an agent that goes silent', () => {
  it('is closed with 4008 when it does not answer pings, and one that does is not', async () => {
    const [silent, alive] = [await agentAndSender(platform), await agentAndSender(platform)];
    const deaf = await RawSocket.open(platform, silent.agent.apiKey, { autoPong: false });
    deaf.subscribe('1', CHANNEL);
    await untilStatus(silent.agent, 'ACTIVE');
    const living = await RawSocket.open(platform, alive.agent.apiKey);
    living.subscribe('1', CHANNEL);
    await untilStatus(alive.agent, 'ACTIVE');
    // In steps that leave the living one the time to speak, and the node to renew itself.
    for (let step = 0; step < 3; step++) {
      const renewedAt = clock.now().getTime() + STEP_MS;
      clock.advance(STEP_MS);
      living.send({ type: 'ping' });
      await living.messages.take(({ type }) => type === 'pong', 'pong');
      await heard(alive.agent, renewedAt);
    }
    expect(await deaf.closed()).toMatchObject({ code: 4008 });
    await untilStatus(silent.agent, 'INACTIVE');
    await untilStatus(alive.agent, 'ACTIVE');
    living.close();
  });

  /** Waits until the node of the agent has renewed itself at that time or later. */
  async function heard(agent: Agent, since: number) {
    await eventually(async () => {
      const data = await ask(
        platform,
        'query ($id: ID!) { agent(id: $id) { lastHeartbeatAt } }',
        { id: agent.id },
        agent,
      );
      expect(Date.parse(data.agent.lastHeartbeatAt)).toBeGreaterThanOrEqual(since);
    });
  }
});

describe('an agent that stops reading', () => {
  /** Submits large requests until there is no more room for them: neither with the system nor in the backlog. */
  async function submitUntilFull(agent: Agent, sender: Sender): Promise<string[]> {
    const input = { action: 'take', params: { text: 'x'.repeat(60_000) }, expiresInSeconds: 86_400 };
    const ids: string[] = [];
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => submit(platform, agent, sender, input)));
      ids.push(...answers.map(({ request }) => request.id));
      expect(answers.map(({ request }) => request.status)).toContain('PENDING');
    }, 20_000);
    return ids;
  }

  async function pausedChannel(agent: Agent) {
    const socket = await RawSocket.open(platform, agent.apiKey);
    socket.subscribe('1', CHANNEL);
    await untilStatus(agent, 'ACTIVE');
    socket.pause();
    return socket;
  }

  it('gets no more than its bounded backlog, is closed with 4029, and loses no request', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const socket = await pausedChannel(agent);
    const ids = await submitUntilFull(agent, sender);
    await expectHealthy();
    await eventually(() => {
      clock.advance(600);
      expect(platform.log.lines.some((line) => line.includes('too-slow') && line.includes(agent.id))).toBe(true);
    });
    socket.resume();
    expect(await socket.closed()).toMatchObject({ code: 4029 });
    await untilStatus(agent, 'INACTIVE');

    const channel = await openChannel(platform, agent);
    for (const id of ids) {
      await channel.received(id);
      await acknowledge(platform, agent, id);
    }
    expect((await readRequest(platform, ids.at(-1) ?? '', sender)).status).toBe('ACKED');
  });

  it('for a moment only, while much comes at once, keeps its channel', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const socket = await pausedChannel(agent);
    await clock.standStill(async () => {
      const ids = await submitUntilFull(agent, sender);
      // The sweep looks twice while the burst stands above every bound.
      clock.advance(400);
      clock.advance(400);
      socket.resume();
      for (const id of ids) {
        const isIt = ({ payload }: { payload?: { data: { agentChannel: { requestId: string } } } }) =>
          payload?.data.agentChannel.requestId === id;
        await socket.messages.take(isIt, `delivery of ${id}`);
        await acknowledge(platform, agent, id);
      }
    });
  });
});
