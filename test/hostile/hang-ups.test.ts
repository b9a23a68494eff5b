import { describe, expect, it } from 'vitest';
import { agentAndSender, openChannel, registerAgent, registerSender, submitAccepted } from '../testkit/actors.ts';
import { EventStream } from '../testkit/event-stream.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { askAndHangUp } from '../testkit/hang-up.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';

const ADDRESSES = ['192.0.2.1', '192.0.2.2', '192.0.2.3'];
const TYPENAME = 'query { __typename }';
const UPDATES = 'subscription ($id: ID!) { requestUpdates(requestId: $id) { id } }';

const env = (trustProxy: string) => ({ TRUST_PROXY: trustProxy, STREAMS_MAX: '2', STREAMS_PER_ADDRESS_MAX: '2' });

/** Whoever comes next has a stream, and nobody who keeps the platform is told of who left. */
async function expectAllIsFree(platform: TestPlatform): Promise<void> {
  const sender = await registerSender(platform);
  const streams = [EventStream.open(platform, TYPENAME, {}, sender), EventStream.open(platform, TYPENAME, {}, sender)];
  expect((await Promise.all(streams)).map(({ status }) => status)).toEqual([200, 200]);
  expect(platform.log.lines.filter((line) => /"level":"(warn|error)"/.test(line))).toEqual([]);
}

describe.each(['1', 'false'])('callers of /graphql that hang up keep no stream, with TRUST_PROXY=%s', (trustProxy) => {
  it.each([
    { method: 'GET', path: `/graphql?query=${encodeURIComponent(TYPENAME)}` },
    { method: 'POST', path: '/graphql', body: { query: TYPENAME } },
  ] as const)('when they leave before their key was looked up: $method', async (request) => {
    const platform = await platformForTest({ env: env(trustProxy) });
    for (const address of ADDRESSES) {
      const { apiKey } = await registerSender(platform);
      const headers = {
        authorization: `Bearer ${apiKey}`,
        'x-forwarded-for': address,
        accept: 'text/event-stream',
      };
      await whileLocked(platform, 'api_keys', 'access exclusive', () =>
        askAndHangUp(platform, { ...request, headers }),
      );
    }
    await expectAllIsFree(platform);
  });

  it('when they leave while their subscription is being opened', async () => {
    const platform = await platformForTest({ env: env(trustProxy) });
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    for (const address of ADDRESSES) {
      const headers = {
        authorization: `Bearer ${sender.apiKey}`,
        'x-forwarded-for': address,
        accept: 'text/event-stream',
      };
      const body = { query: UPDATES, variables: { id } };
      await whileLocked(platform, 'requests', 'access exclusive', () =>
        askAndHangUp(platform, { method: 'POST', path: '/graphql', headers, body }),
      );
    }
    await expectAllIsFree(platform);
  });

  it('when they leave a stream that is open', async () => {
    const platform = await platformForTest({ env: env(trustProxy) });
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    for (const _ of ADDRESSES) {
      const stream = await eventually(async () => {
        const opened = await EventStream.open(platform, UPDATES, { id }, sender);
        expect(opened.status).toBe(200);
        return opened;
      });
      await stream.events.take();
      stream.close();
    }
    await eventually(() => expectAllIsFree(platform));
  });
});

describe('callers that hang up before they have a seat', () => {
  it('keep none, whatever they asked for', async () => {
    const platform = await platformForTest({ env: { SEATS_MAX: '16', METRICS_PORT: '0' } });
    const requests = [
      { method: 'GET', path: `/graphql?query=${encodeURIComponent(TYPENAME)}`, accept: 'text/event-stream' },
      { method: 'GET', path: `/graphql?query=${encodeURIComponent(TYPENAME)}`, accept: 'application/json' },
      { method: 'GET', path: '/v1/requests', accept: 'application/json' },
    ] as const;
    for (const { accept, ...request } of requests) {
      const { apiKey } = await registerSender(platform);
      const headers = { authorization: `Bearer ${apiKey}`, accept };
      await whileLocked(platform, 'api_keys', 'access exclusive', () =>
        askAndHangUp(platform, { ...request, headers }),
      );
    }
    await eventually(async () => {
      const text = await (await fetch(platform.metricsUrl)).text();
      expect(text.match(/^clawcierge_seats_(?:taken|waiting)\{.* (?!0$)\d+$/gm)).toBeNull();
      expect(text).toContain('clawcierge_seats_taken{level="senders"} 0');
    });
  });
});

describe('callers that hang up before they are charged', () => {
  it('do not fail the platform', async () => {
    const platform = await platformForTest();
    const { apiKey } = await registerSender(platform);
    const query = 'mutation { registerSender(input: { displayName: "x" }) { __typename } }';
    await whileLocked(platform, 'api_keys', 'access exclusive', () =>
      askAndHangUp(platform, {
        method: 'POST',
        path: '/graphql',
        headers: { authorization: `Bearer ${apiKey}` },
        body: { query },
      }),
    );
    await ask(platform, TYPENAME, {}, { apiKey });
    expect(platform.log.errors()).toEqual([]);
  });
});

describe('an agent that is gone before its channel is open', () => {
  it('is not connected', async () => {
    const platform = await platformForTest();
    const agent = await registerAgent(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    await whileLocked(platform, 'channels', 'access exclusive', async () => {
      socket.subscribe('channel', 'subscription { agentChannel { __typename } }');
      // Answered in order, so that the subscription has been read by then.
      socket.send({ type: 'ping' });
      await socket.messages.take(({ type }) => type === 'pong', 'pong');
      socket.cut();
      await socket.closed();
    });
    // Whatever the opening still does is done before a later channel of the agent has come and gone.
    const channel = await openChannel(platform, agent);
    await channel.close();
    await eventually(async () => {
      const { agent: found } = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id });
      expect(found.status).toBe('INACTIVE');
    });
    expect(platform.log.errors()).toEqual([]);
  });
});
