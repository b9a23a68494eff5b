import { describe, expect, it } from 'vitest';
import { rest } from '../rest/rest-client.ts';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  registerAgent,
  submitAccepted,
} from '../testkit/actors.ts';
import { eventually } from '../testkit/eventually.ts';
import { mutate, Subscription } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForFile } from '../testkit/platform.ts';
import { RawChannel } from './raw-channel.ts';

const clock = createManualClock();
const platform = platformForFile({ clock, env: { WS_HEARTBEAT_TIMEOUT_SECONDS: '86400' } });

const UPDATES = `subscription ($id: ID!) { requestUpdates(requestId: $id) {
  status progress { value total message } } }`;

const report = (agent: { apiKey: string }, input: object) =>
  mutate(platform, 'reportProgress', input, 'progress { value total message }', agent);

const readOver = async (id: string, { apiKey: key }: { apiKey: string }) =>
  (await rest(platform, 'GET', `/v1/requests/${id}`, { key })).body;

async function raw() {
  const { agent, sender } = await agentAndSender(platform);
  const channel = await RawChannel.open(platform, agent);
  const { id } = await submitAccepted(platform, agent, sender);
  await channel.received(id);
  const say = (progress: unknown, more: object = {}) =>
    channel.send({ type: 'progress', request_id: id, progress, ...more });
  return { agent, sender, channel, id, say };
}

describe('progress over the raw channel', () => {
  it('acknowledges, is followed live, and is read a moment later', async () => {
    const { sender, channel, id, say } = await raw();
    const updates = Subscription.open(platform, UPDATES, { id }, sender).events;
    await updates.take();
    say(0.5, { total: 1, message: 'Half\nof it' });
    const progress = { value: 0.5, total: 1, message: 'Half\nof it' };
    const isTold = (update: { status: string; progress: object | null }) =>
      update.status === 'ACKED' && update.progress !== null;
    expect(await updates.take(isTold, 'progress')).toMatchObject({ progress });

    clock.advance(500);
    await eventually(async () => expect(await readOver(id, sender)).toMatchObject({ status: 'acked', progress }));
    say(0.75);
    clock.advance(500);
    const next = await updates.take(({ progress: told }) => told?.value === 0.75, 'more progress');
    expect(next).toMatchObject({ status: 'ACKED', progress: { total: null, message: null } });
    channel.complete(id, 'done');
    await updates.take(({ status }) => status === 'COMPLETED', 'outcome');
  });

  it('that cannot be taken is answered by its own code, and costs the outcome nothing', async () => {
    const { sender, channel, id, say } = await raw();
    say(3);
    for (const [progress, more, message] of [
      [3, {}, 'progress must be higher than before, which was 3.'],
      ['4', {}, '"progress" is a number.'],
      [undefined, {}, '"progress" is a number.'],
      [4, { total: '9' }, '"total" is a number.'],
      [4, { message: 7 }, '"message" is text.'],
      [4, { message: '' }, 'message must not be empty.'],
      [4, { message: 'x'.repeat(501) }, 'message must be at most 500 characters long.'],
    ] as const) {
      say(progress, more);
      expect(await channel.error()).toEqual({ type: 'error', code: 'invalid_progress', message, request_id: id });
    }
    channel.complete(id, { ok: true });
    await eventually(async () => expect((await readOver(id, sender)).status).toBe('completed'));
    say(5);
    expect(await channel.error()).toMatchObject({ code: 'request_finished', request_id: id });
  });

  it('of a request that is not there, or without one, is an error as with an ack', async () => {
    const { channel } = await raw();
    channel.send({ type: 'progress', progress: 1 });
    expect(await channel.error()).toMatchObject({ code: 'invalid_message' });
    const id = '019ab3c4-5d6e-7f80-9a1b-2c3d4e5f6071';
    channel.send({ type: 'progress', request_id: id, progress: 1 });
    expect(await channel.error()).toMatchObject({ code: 'request_not_found', request_id: id });
  });
});

describe('reportProgress', () => {
  it('answers what was taken, and names what was wrong', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id: requestId } = await submitAccepted(platform, agent, sender);
    const { id: waiting } = await submitAccepted(platform, agent, sender, { whenOffline: 'QUEUE' });
    await channel.received(requestId);
    expect(await report(agent, { requestId, value: 1, total: 4 })).toMatchObject({
      __typename: 'ReportProgressSuccess',
      progress: { value: 1, total: 4, message: null },
    });
    expect(await report(agent, { requestId: waiting, value: -1 })).toMatchObject({
      __typename: 'ReportProgressSuccess',
    });
    expect(await report(agent, { requestId, value: 1 })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.value', message: 'must be higher than before, which was 1' }],
    });
    const stranger = await registerAgent(platform);
    for (const by of [stranger, agent]) {
      const id = by === agent ? 'none' : requestId;
      expect(await report(by, { requestId: id, value: 2 })).toMatchObject({ __typename: 'RequestNotFoundError' });
    }
    await complete(platform, agent, requestId);
    expect(await report(agent, { requestId, value: 2 })).toMatchObject({ __typename: 'RequestFinishedError' });
    await expect(report(sender, { requestId, value: 2 })).rejects.toThrow(/agent/);
  });

  it('says nothing of a request that was acknowledged and never came to say more', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    expect(await readOver(id, sender)).toMatchObject({ status: 'acked', progress: null });
  });
});
