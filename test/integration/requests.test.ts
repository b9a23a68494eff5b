import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  acknowledge,
  agentAndSender,
  complete,
  openChannel,
  publishPolicies,
  readRequest,
  registerSender,
  type Sender,
  submit,
  submitAccepted,
  untilStatus,
} from '../testkit/actors.ts';
import { mutate } from '../testkit/graphql.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testkit/platform.ts';

const QUEUE_MAX = 40;
/** Of one sender: an eighth of it. */
const SHARE = 5;
const DAY_MS = 86_400_000;
const QUEUED = { whenOffline: 'QUEUE' };

const clock = createManualClock();
let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform({
    clock,
    env: { QUEUED_REQUESTS_PER_AGENT_MAX: String(QUEUE_MAX), WS_HEARTBEAT_TIMEOUT_SECONDS: '86400' },
  });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

const cancel = (requestId: string, by: Sender, more: object = {}) =>
  mutate(platform, 'cancelRequest', { requestId, ...more }, 'request { status error { code message } }', by);

describe('an outcome', () => {
  it('is the first of 50 that come at once, of either kind', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        n % 2 === 0
          ? complete(platform, agent, id, { n })
          : mutate(
              platform,
              'failRequest',
              { requestId: id, message: `${n}` },
              'request { status result error { message } }',
              agent,
            ),
      ),
    );
    const winners = answers.filter(({ __typename }) => __typename.endsWith('Success'));
    expect(winners).toHaveLength(1);
    const { status } = winners[0].request;
    for (const answer of answers) {
      if (answer !== winners[0]) expect(answer).toMatchObject({ __typename: 'RequestFinishedError', status });
    }
    expect(await readRequest(platform, id, sender)).toMatchObject({ status, result: winners[0].request.result });
  });

  it('is one of: completed, cancelled, expired, however they race', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    for (let round = 0; round < 10; round++) {
      const { id } = await submitAccepted(platform, agent, sender);
      await channel.received(id);
      const answers = await Promise.all([
        complete(platform, agent, id),
        cancel(id, sender),
        acknowledge(platform, agent, id),
      ]);
      const [completed, cancelled] = answers.map(({ __typename }) => __typename.endsWith('Success'));
      expect([completed, cancelled].filter(Boolean)).toHaveLength(1);
      expect((await readRequest(platform, id, sender)).status).toBe(completed ? 'COMPLETED' : 'CANCELLED');
    }
  });
});

describe('a final state', () => {
  it('never changes', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id } = await submitAccepted(platform, agent, sender);
    await channel.received(id);
    await complete(platform, agent, id, 'first');
    const before = await readRequest(platform, id, sender);
    for (const answer of [
      await complete(platform, agent, id, 'second'),
      await acknowledge(platform, agent, id),
      await cancel(id, sender),
      await mutate(platform, 'failRequest', { requestId: id, message: 'no' }, 'request { id }', agent),
    ]) {
      expect(answer).toMatchObject({ __typename: 'RequestFinishedError', status: 'COMPLETED' });
    }
    clock.advance(600_000);
    expect(await readRequest(platform, id, sender)).toEqual(before);
  });
});

describe('an idempotency key', () => {
  const keyed = (key: string, more: object = {}) => ({
    ...QUEUED,
    idempotencyKey: key,
    expiresInSeconds: 604_800,
    ...more,
  });

  it('makes one request of 50 that come at once', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const answers = await Promise.all(Array.from({ length: 50 }, () => submit(platform, agent, sender, keyed('once'))));
    expect(new Set(answers.map(({ request }) => request?.id)).size).toBe(1);
  });

  it('answers the first request again, with its present state, whatever the order of its keys', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const first = await submitAccepted(
      platform,
      agent,
      sender,
      keyed('again', { params: { title: 'x', duration_minutes: 30 } }),
    );
    await cancel(first.id, sender);
    const again = await submitAccepted(
      platform,
      agent,
      sender,
      keyed('again', { params: { duration_minutes: 30, title: 'x' } }),
    );
    expect(again).toMatchObject({ id: first.id, status: 'CANCELLED' });
  });

  it('is refused for different content', async () => {
    const { agent, sender } = await agentAndSender(platform);
    await submitAccepted(platform, agent, sender, keyed('other'));
    const other = { title: 'Something else', duration_minutes: 30 };
    expect(await submit(platform, agent, sender, keyed('other', { params: other }))).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.idempotencyKey' }],
    });
  });

  it("is its sender's own", async () => {
    const { agent, sender } = await agentAndSender(platform);
    const [mine, theirs] = [
      await submitAccepted(platform, agent, sender, keyed('shared')),
      await submitAccepted(platform, agent, await registerSender(platform), keyed('shared')),
    ];
    expect(mine.id).not.toBe(theirs.id);
  });

  it('repeats a rejection, too', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const bad = keyed('rejected', { params: {} });
    const [first, again] = [await submit(platform, agent, sender, bad), await submit(platform, agent, sender, bad)];
    expect(first.__typename).toBe('RequestRejectedError');
    expect(again).toEqual(first);
  });

  it('counts for 24 hours', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const first = await submitAccepted(platform, agent, sender, keyed('daily'));
    clock.advance(DAY_MS - 60_000);
    expect((await submitAccepted(platform, agent, sender, keyed('daily'))).id).toBe(first.id);
    clock.advance(120_000);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => submitAccepted(platform, agent, sender, keyed('daily'))),
    );
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(answers[0].id).not.toBe(first.id);
  });
});

describe('a request that is held for approval', () => {
  async function held(more: object = {}) {
    const { agent, sender } = await agentAndSender(platform);
    await publishPolicies(platform, agent, {
      rules: [{ condition: 'params_duration_minutes >= 30', action: 'REQUIRE_APPROVAL', reason: 'Long' }],
    });
    const channel = await openChannel(platform, agent);
    const request = await submitAccepted(platform, agent, sender, more);
    expect(request).toMatchObject({ status: 'AWAITING_APPROVAL', attempts: 0 });
    return { agent, sender, channel, request };
  }

  it('is not delivered, and can be answered by nobody', async () => {
    const { agent, sender, channel, request } = await held();
    const free = await submitAccepted(platform, agent, sender, { params: { title: 'x', duration_minutes: 15 } });
    await channel.received(free.id);
    expect(channel.events.pending()).toEqual([]);
    expect((await complete(platform, agent, request.id)).__typename).toBe('RequestNotFoundError');
    expect(request.pipelineLog.find(({ stage }: { stage: string }) => stage === 'policy_engine').reason).toContain(
      'Long',
    );
  });

  it('can be cancelled', async () => {
    const { sender, request } = await held();
    expect((await cancel(request.id, sender)).request.status).toBe('CANCELLED');
  });

  it('expires', async () => {
    const { sender, request } = await held({ expiresInSeconds: 60 });
    clock.advance(61_000);
    await untilStatus(platform, request.id, sender, 'TIMEOUT');
  });
});

describe('cancelling', () => {
  it('keeps the reason, and says one where none is given', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const [one, two] = [
      await submitAccepted(platform, agent, sender, QUEUED),
      await submitAccepted(platform, agent, sender, QUEUED),
    ];
    expect((await cancel(one.id, sender, { reason: 'Moved' })).request.error).toEqual({
      code: 'cancelled',
      message: 'Moved',
    });
    expect((await cancel(two.id, sender)).request.error.message).not.toBe('');
    expect(await cancel(two.id, sender)).toMatchObject({ __typename: 'RequestFinishedError' });
  });
});

describe('the queue of an agent that is away', () => {
  it('is bounded for each sender, also against requests that come at once, and has room again when one is gone', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const answers = await Promise.all(Array.from({ length: 40 }, () => submit(platform, agent, sender, QUEUED)));
    const taken = answers.filter(({ __typename }) => __typename === 'SubmitRequestSuccess');
    expect(taken).toHaveLength(SHARE);
    for (const answer of answers) if (!taken.includes(answer)) expect(answer.__typename).toBe('RateLimitedError');
    await submitAccepted(platform, agent, await registerSender(platform), QUEUED);
    await cancel(taken[0].request.id, sender);
    await submitAccepted(platform, agent, sender, QUEUED);
  });
});

describe('how long a request lives', () => {
  it.each([0, -1, 604_801])('may not be %i seconds', async (expiresInSeconds) => {
    const { agent, sender } = await agentAndSender(platform);
    expect(await submit(platform, agent, sender, { ...QUEUED, expiresInSeconds })).toMatchObject({
      __typename: 'InvalidInputError',
      issues: [{ path: 'input.expiresInSeconds' }],
    });
  });

  it('is what it asks for: a minute before it is open, afterwards it is TIMEOUT and takes no outcome', async () => {
    const { agent, sender } = await agentAndSender(platform);
    const channel = await openChannel(platform, agent);
    const { id, createdAt, expiresAt } = await submitAccepted(platform, agent, sender, { expiresInSeconds: 120 });
    expect(Date.parse(expiresAt) - Date.parse(createdAt)).toBe(120_000);
    await channel.received(id);
    clock.advance(121_000);
    // Over, whether the sweep has come by yet or not.
    expect(await complete(platform, agent, id)).toMatchObject({
      __typename: 'RequestFinishedError',
      status: 'TIMEOUT',
    });
  });
});
