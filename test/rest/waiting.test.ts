import { setMaxListeners } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EventQueue } from '../../src/application/event-queue.ts';
import { OutcomeWaiters } from '../../src/application/requests/outcome-waiters.ts';
import { EVERY_SCOPE } from '../../src/domain/api-key.ts';
import type { SenderPrincipal } from '../../src/domain/principal.ts';
import type { Request } from '../../src/domain/request.ts';
import { agentAndSender, complete, openChannel, publishPolicies, STANDUP, submitAccepted } from '../testkit/actors.ts';
import { within } from '../testkit/eventually.ts';
import { ask, mutateSuccessfully, uniqueHandle } from '../testkit/graphql.ts';
import { askAndHangUp } from '../testkit/hang-up.ts';
import { whileLocked } from '../testkit/locked-table.ts';
import { createManualClock } from '../testkit/manual-clock.ts';
import { platformForTest, startTestPlatform, type TestPlatform } from '../testkit/platform.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { expectProblem, rest } from './rest-client.ts';

const clock = createManualClock();
let platform: TestPlatform;
beforeAll(async () => {
  // Of those who hang up some are stored only after they were counted: more than 500 may wait for one agent.
  platform = await startTestPlatform({ clock, env: { QUEUED_REQUESTS_PER_AGENT_MAX: '10000' } });
});
afterAll(async () => {
  expect(platform.log.errors()).toEqual([]);
  await platform.stop();
});

type Pair = Awaited<ReturnType<typeof agentAndSender>>;

const submitOver = (at: TestPlatform, { agent, sender }: Pair, headers: Readonly<Record<string, string>>, body = {}) =>
  rest(at, 'POST', `/v1/agents/${agent.handle}/requests`, {
    key: sender.apiKey,
    body: { ...STANDUP, when_offline: 'queue', ...body },
    headers,
  });

describe('Prefer: wait', () => {
  it('answers 200 with the outcome the moment it is there, and says what was applied', async () => {
    const pair = await agentAndSender(platform);
    const channel = await openChannel(platform, pair.agent);
    const waiting = submitOver(platform, pair, { prefer: 'wait=600' });
    const { requestId } = await channel.events.take();
    await complete(platform, pair.agent, requestId, { done: true });
    const { status, headers, body } = await waiting;
    expect(status).toBe(200);
    expect(headers.get('preference-applied')).toBe('wait=60');
    expect(body).toMatchObject({ id: requestId, status: 'completed', result: { done: true }, error: null });
  });

  it('answers 202 with the present state and where to poll when the wait is over', async () => {
    const pair = await agentAndSender(platform);
    const channel = await openChannel(platform, pair.agent);
    const waiting = submitOver(platform, pair, { prefer: 'wait=30' });
    const { requestId } = await channel.events.take();
    const input = { requestId };
    await mutateSuccessfully(platform, 'acknowledgeRequest', input, 'request { status }', pair.agent);
    let isAnswered = false;
    void waiting.then(() => {
      isAnswered = true;
    });
    let passedMs = 0;
    await clock.standStill(async () => {
      // Nobody outside is told when the wait begins: it is over 30 seconds later, or not at all.
      for (; !isAnswered; passedMs += 1_000) {
        clock.advance(1_000);
        await rest(platform, 'GET', '/health');
      }
    });
    expect(passedMs).toBeGreaterThanOrEqual(30_000);
    const { status, headers, body } = await waiting;
    expect(status).toBe(202);
    expect(body).toMatchObject({ id: requestId, status: 'acked' });
    expect(body).not.toHaveProperty('result');
    expect(headers.get('location')).toBe(`/v1/requests/${requestId}`);
  });

  it('does not wait for what is final at once: a rejection, or the outcome of a repetition', async () => {
    const pair = await agentAndSender(platform);
    const headers = { prefer: 'wait=60', 'idempotency-key': uniqueHandle('key') };
    const { id } = await submitAccepted(platform, pair.agent, pair.sender, {
      idempotencyKey: headers['idempotency-key'],
      whenOffline: 'QUEUE',
    });
    await mutateSuccessfully(platform, 'cancelRequest', { requestId: id }, 'request { id }', pair.sender);
    const repeated = await submitOver(platform, pair, headers);
    expect(repeated.status).toBe(200);
    expect(repeated.body).toMatchObject({ id, status: 'cancelled' });
    await publishPolicies(platform, pair.agent, { rules: [{ condition: 'True', action: 'REJECT' }] });
    expectProblem(await submitOver(platform, pair, { prefer: 'wait=60' }), 422, 'request-rejected');
  });

  it('ends with the key: what comes later is not told any more', async () => {
    const pair = await agentAndSender(platform);
    const { apiKey, key } = await mutateSuccessfully(platform, 'createApiKey', {}, 'apiKey key { id }', pair.sender);
    const channel = await openChannel(platform, pair.agent);
    const waiting = submitOver(platform, { ...pair, sender: { ...pair.sender, apiKey } }, { prefer: 'wait=60' });
    const { requestId } = await channel.events.take();
    await mutateSuccessfully(platform, 'revokeApiKey', { apiKeyId: key.id }, 'key { id }', pair.sender);
    expect((await waiting).status).toBe(202);
    await complete(platform, pair.agent, requestId);
  });

  it('is let go with 202 when the node stops', async () => {
    const stopping = await platformForTest({ env: { SHUTDOWN_GRACE_SECONDS: '0' } });
    const pair = await agentAndSender(stopping);
    const channel = await openChannel(stopping, pair.agent);
    const waiting = submitOver(stopping, pair, { prefer: 'wait=60' });
    await channel.events.take();
    await within(stopping.stop(), 'stop');
    expect((await waiting).status).toBe(202);
  });

  it('of a caller that hangs up ends at once, and the request goes on', async () => {
    const pair = await agentAndSender(platform);
    const channel = await openChannel(platform, pair.agent);
    const { hostname, port } = new URL(platform.url);
    const socket = connect({ host: hostname, port: Number(port) });
    const body = JSON.stringify(STANDUP);
    const head = [
      `POST /v1/agents/${pair.agent.handle}/requests HTTP/1.1`,
      'Host: h',
      `Authorization: Bearer ${pair.sender.apiKey}`,
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
      'Prefer: wait=60',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    const { requestId } = await channel.events.take();
    socket.destroy();
    const answer = await complete(platform, pair.agent, requestId, 'done');
    expect(answer.request.status).toBe('COMPLETED');
  });
});

describe('a sender whose callers hang up while their requests are being stored', () => {
  it('waits for the next one as anybody does', async () => {
    const pair = await agentAndSender(platform);
    const headers = { authorization: `Bearer ${pair.sender.apiKey}`, prefer: 'wait=60' };
    const path = `/v1/agents/${pair.agent.handle}/requests`;
    const body = { ...STANDUP, when_offline: 'queue' };
    const leave = () => askAndHangUp(platform, { method: 'POST', path, headers, body });
    // Somebody is gone before the platform has read what he sent; so until there are as many as may wait.
    for (let stored = 0; stored < 500; ) {
      const missing = 500 - stored;
      await whileLocked(platform, 'requests', 'exclusive', () => Promise.all(Array.from({ length: missing }, leave)));
      const { requests } = await ask(platform, 'query { requests { totalCount } }', {}, pair.sender);
      stored = requests.totalCount;
    }
    const { status, headers: answered } = await submitOver(platform, pair, { prefer: 'wait=1' });
    expect(status).toBe(202);
    expect(answered.get('preference-applied')).toBe('wait=1');
  });
});

describe('waiters', () => {
  const principal: SenderPrincipal = {
    kind: 'sender',
    senderId: 's',
    apiKeyId: 'k',
    keyExpiresAt: null,
    sessionId: null,
    scopes: EVERY_SCOPE.SENDER,
    isSuspended: false,
  };
  const request = { id: 'r', status: 'PENDING', revision: 1 } as Request;

  function setUp(watch: () => Promise<EventQueue<Request> | null>) {
    return new OutcomeWaiters({ watches: { watch }, whenKeyEnds: () => () => {}, clock, log: createRecordingLog() });
  }
  const staying = { seconds: 60, signal: new AbortController().signal };
  const openQueue = () => {
    const queue = new EventQueue<Request>({ max: 10 });
    queue.push(request);
    return queue;
  };

  it('are bounded: who comes on top is told so at once, and a place that is left is free again', async () => {
    const waiters = setUp(async () => openQueue());
    const leaving = new AbortController();
    const how = { seconds: 60, signal: leaving.signal };
    setMaxListeners(501, leaving.signal);
    const waits = Array.from({ length: 500 }, () => waiters.wait(principal, request, how));
    expect(waiters.size).toBe(500);
    expect(await waiters.wait(principal, request, staying)).toBe(null);
    const other = waiters.wait({ ...principal, senderId: 'other' }, request, how);
    expect(waiters.size).toBe(501);
    leaving.abort();
    expect(await Promise.all([...waits, other])).toEqual(Array.from({ length: 501 }, () => request));
    expect(waiters.size).toBe(0);
    const again = waiters.wait(principal, request, staying);
    waiters.stop();
    expect(await again).toBe(request);
    expect(await waiters.wait(principal, request, staying)).toBe(null);
  });

  it('who left before the watching began leave nothing open', async () => {
    const { promise, resolve } = Promise.withResolvers<EventQueue<Request>>();
    const waiters = setUp(() => promise);
    const leaving = new AbortController();
    const waiting = waiters.wait(principal, request, { seconds: 60, signal: leaving.signal });
    leaving.abort();
    const queue = openQueue();
    let isEnded = false;
    queue.onEnd(() => {
      isEnded = true;
    });
    resolve(queue);
    expect(await waiting).toBe(request);
    expect(isEnded).toBe(true);
    expect(waiters.size).toBe(0);
  });

  it('whose time is over before the watching began get their request as it then is, and whose key ended do not', async () => {
    const watching = Promise.withResolvers<void>();
    const revoked: SenderPrincipal = { ...principal, apiKeyId: 'revoked' };
    let endKey = () => {};
    const waiters = new OutcomeWaiters({
      watches: {
        async watch() {
          await watching.promise;
          const queue = openQueue();
          queue.push({ ...request, status: 'ACKED', revision: 2 });
          return queue;
        },
      },
      whenKeyEnds: (of, end) => {
        if (of === revoked) endKey = end;
        return () => {};
      },
      clock,
      log: createRecordingLog(),
    });
    const [waiting, untold] = [principal, revoked].map((each) => waiters.wait(each, request, staying));
    clock.advance(60_000);
    endKey();
    watching.resolve();
    expect(await waiting).toMatchObject({ status: 'ACKED' });
    expect(await untold).toBe(request);
    expect(waiters.size).toBe(0);
  });

  it('are told of each change meanwhile, if they want to be', async () => {
    const updates = openQueue();
    const waiters = setUp(async () => updates);
    const told: number[] = [];
    const waiting = waiters.wait(principal, request, { ...staying, onUpdate: ({ revision }) => told.push(revision) });
    updates.push({ ...request, revision: 2 });
    updates.push({ ...request, revision: 3, status: 'COMPLETED' });
    updates.end();
    expect(await waiting).toMatchObject({ revision: 3 });
    expect(told).toEqual([1, 2, 3]);
  });

  it('who left before they began to wait do not', async () => {
    const waiters = setUp(() => Promise.reject(new Error('is not watched')));
    expect(await waiters.wait(principal, request, { seconds: 60, signal: AbortSignal.abort() })).toBe(request);
    expect(waiters.size).toBe(0);
  });

  it('get their request although it cannot be watched', async () => {
    const waiters = setUp(() => Promise.reject(new Error('the database is away')));
    expect(await waiters.wait(principal, request, staying)).toBe(request);
  });
});

describe('Idempotency-Key', () => {
  it('makes one request of 200 concurrent ones', async () => {
    const pair = await agentAndSender(platform);
    const headers = { 'idempotency-key': uniqueHandle('key') };
    const answers = await Promise.all(Array.from({ length: 200 }, () => submitOver(platform, pair, headers)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
  });

  it('with other content is 422 and names the header', async () => {
    const pair = await agentAndSender(platform);
    const headers = { 'idempotency-key': uniqueHandle('key') };
    await submitOver(platform, pair, headers);
    const other = await submitOver(platform, pair, headers, { params: { title: 'Other', duration_minutes: 30 } });
    expectProblem(other, 422, 'invalid-input');
    expect(other.body.errors).toEqual([{ path: 'Idempotency-Key', message: expect.stringMatching(/used before/) }]);
  });

  it.each(['', 'x'.repeat(256)])('of %j is 422', async (key) => {
    const pair = await agentAndSender(platform);
    const answer = await submitOver(platform, pair, { 'idempotency-key': key });
    expectProblem(answer, 422, 'invalid-input');
    expect(answer.body.errors[0].path).toBe('Idempotency-Key');
  });
});
