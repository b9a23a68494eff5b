import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  readRequest,
  registerAgent,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { ask } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { untilReady } from '../testkit/ready.ts';
import { RawChannel } from './raw-channel.ts';

const MAX_MESSAGE = 65_536;
const ANYTHING = [{ action: 'take', paramsSchema: {}, constraints: {} }];

const clock = createManualClock();
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({
    clock,
    env: {
      WS_MAX_MESSAGE_SIZE: String(MAX_MESSAGE),
      WS_HEARTBEAT_INTERVAL_SECONDS: '10',
      WS_HEARTBEAT_TIMEOUT_SECONDS: '40',
      CHANNEL_BACKLOG_MAX_BYTES: '262144',
      CHANNEL_UNACKED_MAX: '10000',
    },
  });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const untilAgentIs = (agent: Agent, status: string) =>
  eventually(async () => {
    const data = await ask(platform, 'query ($id: ID!) { agent(id: $id) { status } }', { id: agent.id });
    expect(data.agent.status).toBe(status);
  });

/** Others are served as if nothing were: a whole request of somebody else. */
async function expectHealthy() {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await RawChannel.open(platform, agent);
  const { id } = await submitAccepted(platform, agent, sender);
  await channel.received(id);
  channel.complete(id);
  await untilStatus(platform, id, sender, 'COMPLETED');
  await channel.close();
}

describe('a message', () => {
  it.each([
    ['text that is no JSON', 'hello', 'invalid_json'],
    ['nothing', '', 'invalid_json'],
    ['deep nesting', '['.repeat(30_000), 'invalid_json'],
    ['a list', '[]', 'invalid_message'],
    ['no type', '{}', 'invalid_message'],
    ['a number as its type', '{"type":1}', 'invalid_message'],
    ['an unknown type', '{"type":"surprise"}', 'unknown_type'],
    ['an inherited name as its type', '{"type":"constructor"}', 'unknown_type'],
    ['the prototype as its type', '{"type":"__proto__"}', 'unknown_type'],
    ['no request', '{"type":"ack"}', 'invalid_message'],
    ['a status of its own', '{"type":"action.result","request_id":"r","status":"done"}', 'invalid_message'],
  ])('with %s is answered with an error, and the socket stays open', async (_name, text, code) => {
    const agent = await registerAgent(platform);
    const channel = await RawChannel.open(platform, agent);
    channel.sendRaw(text);
    expect(await channel.error()).toMatchObject({ type: 'error', code, message: expect.stringMatching(/\S/) });
    channel.ack('019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071');
    expect(await channel.error()).toMatchObject({ code: 'request_not_found' });
  });

  it('in a binary frame is answered with invalid_message', async () => {
    const channel = await RawChannel.open(platform, await registerAgent(platform));
    channel.sendRaw(Buffer.from('{"type":"heartbeat"}'));
    expect(await channel.error()).toMatchObject({ code: 'invalid_message' });
  });

  it('names its request in the error only where that could be an id', async () => {
    const channel = await RawChannel.open(platform, await registerAgent(platform));
    channel.ack('x'.repeat(10_000));
    expect(await channel.error()).not.toHaveProperty('request_id');
  });

  it('over WS_MAX_MESSAGE_SIZE closes its channel with 1009, and the process lives', async () => {
    const agent = await registerAgent(platform);
    const channel = await RawChannel.open(platform, agent);
    channel.sendRaw('x'.repeat(MAX_MESSAGE + 1));
    expect(await channel.closeCode()).toBe(1009);
    await untilAgentIs(agent, 'INACTIVE');
    await expectHealthy();
  });

  it('with an error that says nothing makes the request failed all the same', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    for (const error of [undefined, null, '', ' ']) {
      const { id } = await submitAccepted(platform, agent, sender);
      await channel.received(id);
      channel.fail(id, error);
      const failed = await untilStatus(platform, id, sender, 'FAILED');
      expect(failed.error).toEqual({ code: 'agent_error', message: 'The agent reported an error.' });
    }
  });
});

describe('an agent that floods its channel', () => {
  it('and reads no answers is not read any further, so that the rest stays on its side', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    channel.pause();
    const { id } = await submitAccepted(platform, agent, sender);
    // Until neither the platform nor the system takes more of it.
    const nonsense = JSON.stringify({ type: 'surprise', padding: 'x'.repeat(1_000) });
    await eventually(() => {
      for (let n = 0; n < 5_000; n++) channel.sendRaw(nonsense);
      expect(channel.unsentBytes).toBeGreaterThan(20_000_000);
    });
    await expectHealthy();
    channel.resume();
    await channel.received(id);
    channel.complete(id, 'after all');
    await untilStatus(platform, id, sender, 'COMPLETED', 25_000);
  });

  it('with answers for many requests at once has each taken', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await RawChannel.open(platform, agent);
    const ids: string[] = [];
    for (let n = 0; n < 40; n++) ids.push((await submitAccepted(platform, agent, sender)).id);
    for (const id of ids) await channel.received(id);
    for (let n = 0; n < 20; n++) for (const id of ids) channel.ack(id);
    for (const id of ids) channel.complete(id, id);
    for (const id of ids) expect((await untilStatus(platform, id, sender, 'COMPLETED')).result).toBe(id);
    expect(channel.messages.pending()).toEqual([]);
  });
});

describe('an agent that does not read', () => {
  it('gets no more than its bounded backlog, is closed with 4029, and loses no request', async () => {
    const { agent, sender } = await agentAndSender(platform, ANYTHING);
    const channel = await RawChannel.open(platform, agent);
    channel.pause();
    const input = { action: 'take', params: { text: 'x'.repeat(60_000) }, expiresInSeconds: 86_400 };
    const ids: string[] = [];
    await eventually(async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => submit(platform, agent, sender, input)));
      ids.push(...answers.map(({ request }) => request.id));
      expect(answers.map(({ request }) => request.status)).toContain('PENDING');
    }, 20_000);
    await expectHealthy();
    await eventually(() => {
      clock.advance(600);
      expect(platform.log.lines.some((line) => line.includes('too-slow') && line.includes(agent.id))).toBe(true);
    });
    channel.resume();
    expect(await channel.closeCode()).toBe(4029);
    const fresh = await RawChannel.open(platform, agent);
    for (const id of ids) {
      await fresh.received(id);
      fresh.complete(id);
    }
    await untilStatus(platform, ids.at(-1) ?? '', sender, 'COMPLETED');
  });
});

describe('an agent that goes silent', () => {
  it('is closed with 4008, and one that answers pings by heartbeats alone is not', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const silent = await RawChannel.open(platform, agent, { isPolite: false });
    const { id } = await submitAccepted(platform, agent, sender);
    await silent.received(id);
    silent.ack(id);
    await untilStatus(platform, id, sender, 'ACKED');
    const polite = await registerAgent(platform);
    const living = await RawChannel.open(platform, polite);
    for (let step = 0; step < 5; step++) {
      clock.advance(10_000);
      living.send({ type: 'heartbeat' });
      // An answer to a message shows that what was sent before it has been heard.
      living.sendRaw('?');
      await living.error();
      // No more time passes than the node can renew itself in.
      await untilReady(platform);
    }
    expect(await silent.closeCode()).toBe(4008);
    await untilAgentIs(agent, 'INACTIVE');
    await untilAgentIs(polite, 'ACTIVE');
    const fresh = await RawChannel.open(platform, agent);
    expect((await fresh.received(id)).attempt).toBe(2);
    expect((await readRequest(platform, id, sender)).status).toBe('DISPATCHED');
  });
});
