import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  readRequest,
  submitAccepted,
  untilChannels,
  untilStatus,
} from '../testkit/actors.ts';
import { logIn } from '../testkit/admin-session.ts';
import { type Credential, mutate, mutateSuccessfully } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const ACK_TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 3;

const clock = createManualClock();
let platform: TestPlatform;
let admin: Credential;
beforeAll(async () => {
  platform = await startTestPlatform({
    clock,
    env: {
      DELIVERY_ACK_TIMEOUT_SECONDS: String(ACK_TIMEOUT_MS / 1_000),
      DELIVERY_MAX_ATTEMPTS: String(MAX_ATTEMPTS),
      // Sockets answer pings in their own time, which a clock that is set forward does not wait for.
      WS_HEARTBEAT_TIMEOUT_SECONDS: '86400',
    },
  });
  admin = await logIn(platform);
});
afterAll(() => platform.stop());

const LONG = { expiresInSeconds: 86_400 };
const QUEUED = { ...LONG, whenOffline: 'QUEUE' };

describe('what waited for an agent', () => {
  it('is delivered when it opens a channel, oldest first', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push((await submitAccepted(platform, agent, sender, QUEUED)).id);
    const channel = await openChannel(platform, agent);
    await channel.received(ids.at(-1) ?? '');
    expect(channel.events.pending().map(({ requestId }) => requestId)).toEqual(ids.slice(0, -1));
  });

  it('is delivered before what is submitted afterwards, however much it is', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ids: string[] = [];
    for (let n = 0; n < 100; n++) ids.push((await submitAccepted(platform, agent, sender, QUEUED)).id);
    const channel = await openChannel(platform, agent);
    const late = await submitAccepted(platform, agent, sender, QUEUED);
    for (const id of ids) {
      expect(await channel.events.take()).toMatchObject({ requestId: id, attempt: 1 });
      await acknowledge(platform, agent, id);
    }
    expect(await channel.events.take()).toMatchObject({ requestId: late.id, attempt: 1 });
  });
});

describe('a lost channel', () => {
  it('releases what was not finished: it is delivered again with the next attempt', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const first = await openChannel(platform, agent);
    const [unacked, acked, done] = [
      await submitAccepted(platform, agent, sender, LONG),
      await submitAccepted(platform, agent, sender, LONG),
      await submitAccepted(platform, agent, sender, LONG),
    ];
    for (const { id } of [unacked, acked, done]) expect((await first.received(id)).attempt).toBe(1);
    for (const { id } of [acked, done]) await acknowledge(platform, agent, id);
    await complete(platform, agent, done.id);
    await first.close();
    await untilStatus(platform, unacked.id, sender, 'PENDING');

    const second = await openChannel(platform, agent);
    expect(await second.received(unacked.id)).toMatchObject({ attempt: 2 });
    expect(await second.received(acked.id)).toMatchObject({ attempt: 2 });
    expect(second.events.pending()).toEqual([]);
    expect(await readRequest(platform, done.id, sender)).toMatchObject({ status: 'COMPLETED', attempts: 1 });
  });

  it('takes its outcome all the same while nobody else has the request', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    await channel.received(id);
    await channel.close();
    await untilStatus(platform, id, sender, 'PENDING');
    expect((await complete(platform, agent, id, 'late')).request).toMatchObject({
      status: 'COMPLETED',
      result: 'late',
    });
  });

  it('releases to another one that is open', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const first = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    await first.received(id);
    const second = await openChannel(platform, agent);
    await untilChannels(platform, agent, 2, admin);
    await first.close();
    expect(await second.received(id)).toMatchObject({ attempt: 2 });
  });
});

describe('an agent is told', () => {
  it('that a request it has was cancelled, and why', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await mutateSuccessfully(
      platform,
      'cancelRequest',
      { requestId: id, reason: 'Changed my mind' },
      'request { id }',
      sender,
    );
    expect(await channel.cancelled(id)).toMatchObject({ reason: 'Changed my mind' });
    expect(await complete(platform, agent, id)).toMatchObject({
      __typename: 'RequestFinishedError',
      status: 'CANCELLED',
    });
  });

  it('that a request it works on has expired', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, { expiresInSeconds: 60 });
    await channel.received(id);
    await acknowledge(platform, agent, id);
    clock.advance(61_000);
    await channel.cancelled(id);
    expect(await untilStatus(platform, id, sender, 'TIMEOUT')).toMatchObject({ error: { code: 'timeout' } });
    expect(await complete(platform, agent, id)).toMatchObject({
      __typename: 'RequestFinishedError',
      status: 'TIMEOUT',
    });
  });
});

describe('a delivery that is not acknowledged', () => {
  it('is made again after the time-out, and fails as undeliverable after the last attempt', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      expect(await channel.received(id)).toMatchObject({ attempt });
      clock.advance(ACK_TIMEOUT_MS + 1);
    }
    expect(await untilStatus(platform, id, sender, 'FAILED')).toMatchObject({
      error: { code: 'undeliverable' },
      attempts: MAX_ATTEMPTS,
    });
    expect(await acknowledge(platform, agent, id)).toMatchObject({ __typename: 'RequestFinishedError' });
  });

  it('goes to another channel if there is one', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const deaf = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    await deaf.received(id);
    const other = await openChannel(platform, agent);
    await untilChannels(platform, agent, 2, admin);
    clock.advance(ACK_TIMEOUT_MS + 1);
    expect(await other.received(id)).toMatchObject({ attempt: 2 });
  });

  it('is not made again once it was acknowledged', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    await channel.received(id);
    await acknowledge(platform, agent, id);
    clock.advance(ACK_TIMEOUT_MS * 5);
    // A later request passes through the same dispatching, so that one more of the first would have come before it.
    const next = await submitAccepted(platform, agent, sender, LONG);
    await channel.received(next.id);
    expect(channel.events.pending()).toEqual([]);
    expect(await readRequest(platform, id, sender)).toMatchObject({ status: 'ACKED', attempts: 1 });
  });

  it('is acknowledged once, however often that is said', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender, LONG);
    await channel.received(id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => acknowledge(platform, agent, id)));
    for (const answer of answers) expect(answer.request.status).toBe('ACKED');
    const fail = { requestId: id, code: 'busy', message: 'Not now' };
    await mutateSuccessfully(platform, 'failRequest', fail, 'request { id }', agent);
    expect(await readRequest(platform, id, sender)).toMatchObject({
      status: 'FAILED',
      error: { code: 'busy', message: 'Not now' },
    });
  });
});

describe('several channels of one agent', () => {
  it('share its requests by who has the fewest unfinished ones', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channels = [await openChannel(platform, agent), await openChannel(platform, agent)];
    await untilChannels(platform, agent, 2, admin);
    await Promise.all(Array.from({ length: 20 }, () => submitAccepted(platform, agent, sender, LONG)));
    const counts = channels.map(({ events }) => events.pending().length);
    await Promise.all(channels.map(({ events }) => events.take()));
    expect(counts.reduce((sum, count) => sum + count)).toBeLessThanOrEqual(20);
    const held = await Promise.all(channels.map(async ({ events }) => [await events.take(), ...events.pending()]));
    for (const of of held) expect(of.length).toBeLessThanOrEqual(10);
    // The second finishes all that it has: the next ones are its.
    for (const { requestId } of held[1] ?? []) await complete(platform, agent, requestId);
    const next = await submitAccepted(platform, agent, sender, LONG);
    await channels[1]?.received(next.id);
  });

  it('never both get the same attempt', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const ids = new Set<string>();
    for (let n = 0; n < 40; n++) ids.add((await submitAccepted(platform, agent, sender, QUEUED)).id);
    const channels = await Promise.all([openChannel(platform, agent), openChannel(platform, agent)]);
    const seen: string[] = [];
    for (const id of ids) {
      const taken = await Promise.race(channels.map((channel) => channel.received(id).then(({ attempt }) => attempt)));
      seen.push(`${id} ${taken}`);
    }
    const twice = channels.flatMap(({ events }) => events.pending().map(({ requestId }) => requestId));
    expect(new Set(seen).size).toBe(40);
    expect(twice).toEqual([]);
  });
});

describe('a foreign or unknown request', () => {
  it('does not exist for an agent, and for the agent before it was delivered', async () => {
    const [{ agent, sender }, other] = [await agentAndSender(platform), await agentAndSender(platform)];
    const { id } = await submitAccepted(platform, agent, sender, QUEUED);
    for (const by of [agent, other.agent]) {
      for (const field of ['acknowledgeRequest', 'completeRequest', 'failRequest']) {
        const input = { requestId: id, ...(field === 'failRequest' && { message: 'no' }) };
        expect((await mutate(platform, field, input, 'request { id }', by)).__typename).toBe('RequestNotFoundError');
      }
    }
    expect((await readRequest(platform, id, sender)).status).toBe('PENDING');
  });
});
