import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Agent,
  agentAndSender,
  readRequest,
  submitAccepted,
  untilChannels,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import type { Credential } from '../testkit/graphql.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { RawChannel } from './raw-channel.ts';

let platform: TestPlatform;
let admin: Credential;
beforeAll(async () => {
  // A suspect is watched alone for as long as an ack may take.
  platform = await startTestPlatform({ env: { DELIVERY_ACK_TIMEOUT_SECONDS: '0.5' } });
  admin = await logIn(platform);
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const LONG = { expiresInSeconds: 600, whenOffline: 'QUEUE' };

/** The agent takes the request on a new channel, and its line is lost. */
async function takeAndLose(
  agent: Agent,
  id: string,
  meanwhile: (channel: RawChannel) => Promise<void> = async () => {},
) {
  const channel = await RawChannel.open(platform, agent);
  const { attempt } = await channel.received(id);
  channel.ack(id);
  await meanwhile(channel);
  channel.cut();
  await untilChannels(platform, agent, 0, admin);
  return attempt;
}

describe('a request that its agent works on when its line is lost', () => {
  it('is delivered again for as long as it lives, while others finish', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const taken = await takeAndLose(agent, id, async (channel) => {
        await untilStatus(platform, id, sender, 'ACKED');
        const other = await submitAccepted(platform, agent, sender);
        await channel.received(other.id);
        channel.complete(other.id);
        await untilStatus(platform, other.id, sender, 'COMPLETED');
      });
      expect(taken).toBe(attempt);
    }
    const last = await RawChannel.open(platform, agent);
    await last.received(id);
    last.complete(id, 'at last');
    expect(await untilStatus(platform, id, sender, 'COMPLETED')).toMatchObject({ result: 'at last', attempts: 9 });
  });

  it('is given up when that happens five times and nothing else finished, and its sender is told what happened', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    for (let attempt = 1; attempt <= 5; attempt += 1) expect(await takeAndLose(agent, id)).toBe(attempt);
    expect(await untilStatus(platform, id, sender, 'FAILED')).toMatchObject({
      error: {
        code: 'undeliverable',
        message: "Delivered 5 times; the agent's channel ended each time before anything else finished.",
      },
      attempts: 5,
    });
  });

  it('does not end with the one beside it that makes the agent crash, nor do twenty such', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const innocents: string[] = [];
    for (let count = 0; count < 10; count += 1) {
      innocents.push((await submitAccepted(platform, agent, sender, LONG)).id);
    }
    const guilty = (await submitAccepted(platform, agent, sender, LONG)).id;
    for (let count = 0; count < 10; count += 1) {
      innocents.push((await submitAccepted(platform, agent, sender, LONG)).id);
    }
    // A process that acks what it gets and works on it for long, and crashes over one request.
    let crashes = 0;
    let channel = await RawChannel.open(platform, agent);
    while ((await readRequest(platform, guilty, sender)).status !== 'FAILED') {
      const message = await channel.messages
        .take(({ type }) => type === 'request.received', 'a delivery', 200)
        .catch(() => null);
      if (message === null) continue;
      channel.ack(message.request_id);
      if (message.request_id !== guilty) continue;
      crashes += 1;
      channel.cut();
      await untilChannels(platform, agent, 0, admin);
      channel = await RawChannel.open(platform, agent);
    }
    expect(await readRequest(platform, guilty, sender)).toMatchObject({ error: { code: 'undeliverable' } });
    expect(crashes).toBeLessThanOrEqual(8);
    for (const id of innocents) {
      if ((await readRequest(platform, id, sender)).status !== 'ACKED')
        channel.ack((await channel.received(id)).request_id);
      channel.complete(id);
    }
    for (const id of innocents) await untilStatus(platform, id, sender, 'COMPLETED');
  });
});
