import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { rest } from '../rest/rest-client.ts';
import {
  acknowledge,
  agentAndSender,
  openChannel,
  registerAgent,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, type TestPlatform } from '../testkit/platform.ts';
import { RawSocket } from '../testkit/raw-socket.ts';
import { Scrape } from '../testkit/scrape.ts';
import { RawChannel } from '../websocket/raw-channel.ts';

const NOBODYS = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
const FLOODER = { 'x-forwarded-for': '192.0.2.1' };
const QUERY = '{ agents(first: 100) { totalCount edges { node { id handle status } } } }';

const proxied = (env: Readonly<Record<string, string>>) => platformForTest({ env: { TRUST_PROXY: '1', ...env } });

/** How the upgrade to a WebSocket was answered. */
async function upgradeOf({ socketUrl }: TestPlatform, headers: Readonly<Record<string, string>>) {
  const socket = new WebSocket(`${socketUrl}/graphql`, 'graphql-transport-ws', { headers });
  socket.on('error', () => {});
  onTestFinished(() => socket.terminate());
  const opened = once(socket, 'open').then(() => null);
  const refused = once(socket, 'unexpected-response').then(([, response]) => response as IncomingMessage);
  return Promise.race([opened, refused]);
}

describe('ten sockets of strangers with sixty queries each', () => {
  it('are refused once their network has cost what it may, and everybody else goes on', async () => {
    const platform = await proxied({ COST_BUDGET_ANONYMOUS_PER_MINUTE: '120' });
    const { agent, sender } = await agentAndSender(platform);
    await openChannel(platform, agent);
    const sockets = await Promise.all(
      Array.from({ length: 10 }, () => RawSocket.open(platform, null, { headers: FLOODER })),
    );
    for (const socket of sockets) {
      for (let each = 0; each < 60; each += 1) socket.subscribe(String(each), QUERY);
    }
    const request = await submitAccepted(platform, agent, sender);
    await untilStatus(platform, request.id, sender, 'DISPATCHED');
    expect((await acknowledge(platform, agent, request.id)).__typename).toBe('AcknowledgeRequestSuccess');
    expect((await fetch(`${platform.url}/health`)).status).toBe(200);
    const refusals = () => sockets.flatMap(({ messages }) => messages.pending(({ type }) => type === 'error'));
    await eventually(() => expect(refusals().length).toBeGreaterThan(100));
    for (const { payload } of refusals()) {
      expect(payload[0].extensions).toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
    }
    const refused = await upgradeOf(platform, FLOODER);
    expect(refused?.statusCode).toBe(429);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(0);
    expect(await upgradeOf(platform, { 'x-forwarded-for': '198.51.100.1' })).toBeNull();
    const key = { authorization: `Bearer ${sender.apiKey}` };
    expect(await upgradeOf(platform, { ...FLOODER, ...key })).toBeNull();
  });
});

describe('a socket that pings and does nothing else', () => {
  it.each([
    ['of a stranger, in the messages of graphql-transport-ws', (socket: RawSocket) => socket.send({ type: 'ping' })],
    ['in the WebSocket protocol itself', (socket: RawSocket) => socket.ping()],
  ])('%s: is closed, and others may open one', async (_, ping) => {
    const platform = await proxied({ COST_BUDGET_ANONYMOUS_PER_MINUTE: '120' });
    const socket = await RawSocket.open(platform, null, { headers: FLOODER });
    for (let each = 0; each < 2_500; each += 1) ping(socket);
    // The client's library hears no close among more pongs than it reads at once.
    expect([1013, 1006]).toContain(((await socket.closed()) as { readonly code: number }).code);
    await RawSocket.open(platform, null, { headers: { 'x-forwarded-for': '198.51.100.1' } });
  });
});

describe('an agent that floods acks of requests that it does not have', () => {
  it('pays for them on its raw channel until they are refused, and what others wait for goes on', async () => {
    const platform = await proxied({ COST_BUDGET_PER_MINUTE: '120' });
    const flooder = await agentAndSender(platform);
    const honest = await agentAndSender(platform);
    await openChannel(platform, honest.agent);
    const channel = await RawChannel.open(platform, flooder.agent);
    for (let each = 0; each < 300; each += 1) channel.send({ type: 'ack', request_id: NOBODYS });
    const request = await submitAccepted(platform, honest.agent, honest.sender);
    await untilStatus(platform, request.id, honest.sender, 'DISPATCHED');
    expect((await acknowledge(platform, honest.agent, request.id)).__typename).toBe('AcknowledgeRequestSuccess');
    const codes: string[] = [];
    while (!codes.includes('overloaded')) {
      codes.push((await channel.messages.take(({ type }) => type === 'error', 'an error')).code);
    }
    expect(codes[0]).toBe('request_not_found');
    expect(platform.log.lines.filter((line) => line.includes('"limit":"cost"'))).not.toHaveLength(0);
    // Its own answers that somebody waits for are taken all the same.
    const own = await submitAccepted(platform, flooder.agent, flooder.sender);
    await channel.messages.take((message) => message.request_id === own.id && message.type === 'request.received');
    channel.send({ type: 'ack', request_id: own.id });
    await untilStatus(platform, own.id, flooder.sender, 'ACKED');
    channel.send({ type: 'action.result', request_id: own.id, status: 'completed', result: {} });
    await untilStatus(platform, own.id, flooder.sender, 'COMPLETED');
  });

  it('pays for them by GraphQL, and hears what it is asked all the same', async () => {
    const platform = await proxied({ COST_BUDGET_PER_MINUTE: '120' });
    const { agent, sender } = await agentAndSender(platform);
    const socket = await RawSocket.open(platform, agent.apiKey);
    socket.subscribe('channel', 'subscription { agentChannel { ... on RequestReceived { requestId } } }');
    const ack = `mutation ($id: ID!) { acknowledgeRequest(input: { requestId: $id }) { __typename } }`;
    let sent = 0;
    await eventually(async () => {
      for (let each = 0; each < 20; each += 1) socket.subscribe(`ack-${sent++}`, ack, { id: NOBODYS });
      const told = await socket.messages.take(({ type }) => type === 'error' || type === 'next', 'an answer');
      expect(JSON.stringify(told)).toContain('RATE_LIMITED');
    });
    const request = await submitAccepted(platform, agent, sender);
    await socket.messages.take((message) => JSON.stringify(message).includes(request.id), 'what it is asked');
  });
});

describe('an operation that waits for a seat', () => {
  it('leaves the queue with its socket, and is not done when there is one', async () => {
    const platform = await proxied({ SEATS_MAX: '16', SEAT_WAIT_MS: '60000', METRICS_PORT: '0' });
    const agent = await registerAgent(platform);
    const lists = () =>
      Array.from({ length: 3 }, () =>
        fetch(`${platform.url}/v1/approvals`, { headers: { authorization: `Bearer ${agent.ownerKey}` } }),
      );
    const waiting = async () => (await Scrape.of(platform)).value('clawcierge_seats_waiting', { level: 'senders' });
    const socket = await RawSocket.open(platform, agent.ownerKey);
    const answers = await whileLocked(platform, 'approvals', 'access exclusive', async () => {
      const underWay = Promise.all(lists());
      const taken = async () => (await Scrape.of(platform)).value('clawcierge_seats_taken', { level: 'senders' });
      await eventually(async () => expect(await taken()).toBe(3));
      socket.subscribe(
        'update',
        'mutation ($id: ID!) { updateAgent(input: { agentId: $id, displayName: "Changed" }) { __typename } }',
        { id: agent.id },
      );
      await eventually(async () => expect(await waiting()).toBe(1));
      socket.cut();
      await eventually(async () => expect(await waiting()).toBe(0));
      return { underWay };
    });
    for (const { status } of await answers.underWay) expect(status).toBe(200);
    const { status, body } = await rest(platform, 'GET', `/v1/agents/${agent.handle}`, { key: agent.ownerKey });
    expect([status, body.display_name]).toEqual([200, expect.not.stringMatching('Changed')]);
  });

  it('has its socket slowed down where it is refused when its turn comes, as where it is refused at once', async () => {
    const clock = createManualClock();
    const env = { TRUST_PROXY: '1', SEATS_MAX: '16', COST_BUDGET_ANONYMOUS_PER_MINUTE: '120', METRICS_PORT: '0' };
    const platform = await platformForTest({ clock, env });
    const strangers = async (what: 'taken' | 'waiting') =>
      (await Scrape.of(platform)).value(`clawcierge_seats_${what}`, { level: 'anonymous' });
    // Nothing comes back to a budget meanwhile, and no socket is read again.
    await clock.standStill(async () => {
      const socket = await RawSocket.open(platform, null, { headers: FLOODER });
      const { registered } = await whileLocked(platform, 'api_keys', 'exclusive', async () => {
        const others = ['198.51.100.1', '203.0.113.1'].map((address) =>
          rest(platform, 'POST', '/v1/senders', {
            body: { display_name: 'Other' },
            headers: { 'x-forwarded-for': address },
          }),
        );
        await eventually(async () => expect(await strangers('taken')).toBe(2));
        socket.subscribe('late', QUERY);
        await eventually(async () => expect(await strangers('waiting')).toBe(1));
        while ((await upgradeOf(platform, FLOODER)) === null);
        return { registered: Promise.all(others) };
      });
      const { errors } = (await socket.next('late')) as { readonly errors: readonly object[] };
      expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
      for (const { status } of await registered) expect(status).toBe(201);
      const isPong = ({ type }: { readonly type: string }) => type === 'pong';
      socket.send({ type: 'ping' });
      const other = await RawSocket.open(platform, null, { headers: { 'x-forwarded-for': '198.51.100.1' } });
      other.send({ type: 'ping' });
      await other.messages.take(isPong, 'pong');
      expect(socket.messages.pending(isPong)).toEqual([]);
      clock.advance(1_000);
      await socket.messages.take(isPong, 'pong');
    });
  });
});
