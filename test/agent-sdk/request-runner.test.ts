import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ActionError } from '../../agent-sdk/src/errors.ts';
import { type Handler, type HandlerContext, HandlerRegistry } from '../../agent-sdk/src/handlers.ts';
import { silentLogger } from '../../agent-sdk/src/logger.ts';
import { describeError } from '../../agent-sdk/src/outcome.ts';
import { OutcomeReporter } from '../../agent-sdk/src/outcome-reporter.ts';
import { RequestRunner } from '../../agent-sdk/src/request-runner.ts';
import { deliveryOf, FakeChannel, lost } from './fake-channel.ts';
import { FakeClock, settled } from './fake-clock.ts';

describe('RequestRunner', () => {
  let clock: FakeClock;
  let channel: FakeChannel;
  let handlers: HandlerRegistry;
  let reporter: OutcomeReporter;
  let runner: RequestRunner;

  function newRunner(options: { concurrency?: number; queueLimit?: number; describe?: typeof describeError } = {}) {
    clock = new FakeClock();
    channel = new FakeChannel();
    handlers = new HandlerRegistry();
    reporter = new OutcomeReporter({
      clock,
      random: Math.random,
      logger: silentLogger,
      memory: { maxEntries: 100, maxCharacters: 100_000 },
    });
    reporter.attach(channel);
    runner = new RequestRunner({
      handlers,
      reporter,
      clock,
      logger: silentLogger,
      concurrency: options.concurrency ?? 8,
      maxResultBytes: 1_048_576,
      queueLimit: options.queueLimit ?? 100,
      describeError: options.describe ?? describeError,
    });
  }

  /** A handler that ends when the test says so. */
  function pendingHandler() {
    const gate = Promise.withResolvers<unknown>();
    const contexts: HandlerContext[] = [];
    const handler = vi.fn<Handler>((_request, context) => {
      contexts.push(context);
      return gate.promise;
    });
    handlers.add('anything.do', handler);
    return { handler, gate, signal: () => contexts[0]?.signal };
  }

  async function deliver(requestId: string, more = {}) {
    runner.received(channel, deliveryOf(requestId, more));
    await settled();
  }

  const outcomes = () => channel.reports.map(({ requestId, outcome }) => [requestId, outcome]);

  beforeEach(() => newRunner());

  it('acks, runs the handler and reports what it returns', async () => {
    handlers.add('calendar.schedule', ({ params }) => ({ title: params.title }));
    await deliver('r1', { action: 'calendar.schedule', params: { title: 'Standup' } });
    expect(channel.acks).toEqual(['r1']);
    expect(outcomes()).toEqual([['r1', { status: 'completed', json: '{"title":"Standup"}' }]]);
  });

  it('gives an action without a handler to the catch-all, and fails it where there is none', async () => {
    await deliver('r1');
    handlers.add('*', ({ action }) => action);
    await deliver('r2');
    expect(outcomes()).toEqual([
      ['r1', expect.objectContaining({ status: 'failed', code: 'no_handler' })],
      ['r2', { status: 'completed', json: '"anything.do"' }],
    ]);
  });

  it('refuses a second handler of one action', () => {
    handlers.add('anything.do', () => 1);
    expect(() => handlers.add('anything.do', () => 2)).toThrow(TypeError);
  });

  it('fails the request when the handler throws, at once or later', async () => {
    handlers.add('sync', () => {
      throw new ActionError('calendar.full', 'No slot.');
    });
    handlers.add('async', async () => {
      throw new Error('Oops.');
    });
    await deliver('r1', { action: 'sync' });
    await deliver('r2', { action: 'async' });
    expect(outcomes()).toEqual([
      ['r1', { status: 'failed', code: 'calendar.full', message: 'No slot.' }],
      ['r2', { status: 'failed', code: 'agent_error', message: 'The agent failed to do this.' }],
    ]);
  });

  it('acks a redelivery of what still runs, and does not run it twice', async () => {
    const { handler, gate } = pendingHandler();
    await deliver('r1');
    await deliver('r1', { attempt: 2 });
    expect(channel.acks).toEqual(['r1', 'r1']);
    gate.resolve('done');
    await settled();
    expect(handler).toHaveBeenCalledOnce();
    expect(channel.reports).toHaveLength(1);
  });

  it('says how far the handler is on the channel that delivered it last, until it is done', async () => {
    const { gate } = pendingHandler();
    const reports: Array<(value: number) => void> = [];
    handlers.add('work.do', async ({ progress }) => {
      reports.push(progress);
      await gate.promise;
    });
    await deliver('r1', { action: 'work.do' });
    reports[0]?.(1);
    const second = new FakeChannel();
    runner.received(second, deliveryOf('r1', { action: 'work.do', attempt: 2 }));
    await clock.advance(500);
    reports[0]?.(2);
    reports[0]?.(3);
    expect([channel.said, second.said]).toEqual([[{ requestId: 'r1', value: 1 }], [{ requestId: 'r1', value: 2 }]]);
    gate.resolve(null);
    await clock.advance(500);
    reports[0]?.(4);
    await clock.advance(500);
    expect(second.said).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('answers a redelivery of what is finished with the same outcome, without running it twice', async () => {
    const { handler, gate } = pendingHandler();
    gate.resolve({ event_id: 'evt-1' });
    await deliver('r1');
    await deliver('r1', { attempt: 2 });
    expect(handler).toHaveBeenCalledOnce();
    expect(channel.acks).toEqual(['r1', 'r1']);
    const outcome = { status: 'completed', json: '{"event_id":"evt-1"}' };
    expect(outcomes()).toEqual([
      ['r1', outcome],
      ['r1', outcome],
    ]);
  });

  it('fires the signal when the request is cancelled, and reports nothing', async () => {
    const { gate, signal } = pendingHandler();
    await deliver('r1');
    runner.cancelled('r1', 'changed my mind');
    expect(signal()?.reason).toMatchObject({ code: 'request_cancelled', message: 'changed my mind' });
    gate.resolve('too late');
    await settled();
    expect(channel.reports).toEqual([]);
  });

  it('fires the signal when an ack is answered with "finished"', async () => {
    const { signal } = pendingHandler();
    channel.onAcknowledge = async () => ({ kind: 'finished', message: 'It is final.' });
    await deliver('r1');
    expect(signal()?.aborted).toBe(true);
  });

  it('fires the signal at expiry', async () => {
    const { signal } = pendingHandler();
    await deliver('r1', { expiresAt: '2026-02-11T00:00:30Z' });
    await clock.advance(29_999);
    expect(signal()?.aborted).toBe(false);
    await clock.advance(1);
    expect(signal()?.reason).toMatchObject({ code: 'request_expired' });
  });

  it.each(['2026-02-10T23:00:00Z', ''])(
    'works with a clock that is ahead, and without an expiry (%j)',
    async (expiresAt) => {
      const { gate, signal } = pendingHandler();
      await deliver('r1', { expiresAt });
      await clock.advance(60_000);
      expect(signal()?.aborted).toBe(false);
      gate.resolve('done');
      await settled();
      expect(channel.reports).toHaveLength(1);
    },
  );

  it('calls the expiry off when the handler is done', async () => {
    const { gate } = pendingHandler();
    gate.resolve('done');
    await deliver('r1');
    expect(clock.pending).toBe(0);
  });

  it('runs no more at a time than it may, and acks those that wait', async () => {
    newRunner({ concurrency: 2 });
    const { handler, gate } = pendingHandler();
    for (const requestId of ['r1', 'r2', 'r3', 'r4']) await deliver(requestId);
    expect(channel.acks).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(handler).toHaveBeenCalledTimes(2);
    gate.resolve('done');
    await settled();
    expect(handler).toHaveBeenCalledTimes(4);
  });

  it('leaves what its queue cannot hold unacked, for the platform to deliver again', async () => {
    newRunner({ concurrency: 1, queueLimit: 1 });
    const { gate } = pendingHandler();
    for (const requestId of ['r1', 'r2', 'r3']) await deliver(requestId);
    expect(channel.acks).toEqual(['r1', 'r2']);
    gate.resolve('done');
    await settled();
    await deliver('r3', { attempt: 2 });
    expect(channel.reports.map(({ requestId }) => requestId)).toEqual(['r1', 'r2', 'r3']);
  });

  it('goes round the senders, so that one that sends much delays another by no more than a turn', async () => {
    newRunner({ concurrency: 1 });
    const gates: (() => void)[] = [];
    const order: string[] = [];
    handlers.add('anything.do', ({ id }) => {
      order.push(id);
      return new Promise<void>((resolve) => gates.push(resolve));
    });
    for (let number = 0; number < 50; number += 1) await deliver(`stranger-${number}`, { senderId: 'stranger' });
    await deliver('honest', { senderId: 'honest' });
    gates[0]?.();
    await settled();
    expect(order).toEqual(['stranger-0', 'honest']);
    expect(channel.acks).toHaveLength(51);
  });

  it('keeps the last tenth of its queue for senders with nothing in it, and half for the others', async () => {
    newRunner({ concurrency: 1, queueLimit: 20 });
    pendingHandler();
    const of = async (senderId: string, count: number) => {
      const before = channel.acks.length;
      for (let number = 0; number < count; number += 1) await deliver(`${senderId}-${before}-${number}`, { senderId });
      return channel.acks.length - before;
    };
    // One that runs, and all but a tenth of 20 that wait.
    await expect(of('stranger', 30)).resolves.toBe(1 + 18);
    await expect(of('honest', 5)).resolves.toBe(1);
    await expect(of('another', 5)).resolves.toBe(1);
    await expect(of('a fourth', 5)).resolves.toBe(0);

    newRunner({ concurrency: 1, queueLimit: 20 });
    pendingHandler();
    await expect(of('honest', 2)).resolves.toBe(2);
    await expect(of('stranger', 30)).resolves.toBe(10);
  });

  it('gives the place of what was cancelled while it waited to the next', async () => {
    newRunner({ concurrency: 1, queueLimit: 1 });
    pendingHandler();
    for (const requestId of ['r1', 'r2', 'r3']) await deliver(requestId);
    runner.cancelled('r2', '');
    await deliver('r4');
    expect(channel.acks).toEqual(['r1', 'r2', 'r4']);
  });

  it('takes what it has a handler free for without any queue', async () => {
    newRunner({ concurrency: 1, queueLimit: 0 });
    pendingHandler();
    for (const requestId of ['r1', 'r2']) await deliver(requestId);
    expect(channel.acks).toEqual(['r1']);
  });

  it('never starts what was cancelled while it waited', async () => {
    newRunner({ concurrency: 1 });
    const { handler, gate } = pendingHandler();
    await deliver('r1');
    await deliver('r2');
    runner.cancelled('r2', '');
    gate.resolve('done');
    await settled();
    expect(handler).toHaveBeenCalledOnce();
    expect(channel.reports.map(({ requestId }) => requestId)).toEqual(['r1']);
  });

  it('drains: finishes what runs, and leaves what waits and what comes to others', async () => {
    newRunner({ concurrency: 1 });
    const { handler, gate } = pendingHandler();
    await deliver('r1');
    await deliver('r2');
    runner.drain();
    await deliver('r3');
    const idle = vi.fn();
    void runner.whenIdle().then(idle);
    await settled();
    expect(idle).not.toHaveBeenCalled();
    gate.resolve('done');
    await settled();
    expect(idle).toHaveBeenCalledOnce();
    expect(handler).toHaveBeenCalledOnce();
    expect(channel.acks).not.toContain('r3');
    expect(channel.reports.map(({ requestId }) => requestId)).toEqual(['r1']);
  });

  it('abandons: fires the signal and reports nothing, so that the platform delivers again', async () => {
    const { gate, signal } = pendingHandler();
    await deliver('r1');
    runner.abandon();
    expect(signal()?.reason).toMatchObject({ code: 'agent_stopping' });
    gate.resolve('done');
    await settled();
    expect(channel.reports).toEqual([]);
  });

  it('leaves no timer behind when it stops, although a handler ignores its signal', async () => {
    newRunner({ concurrency: 1 });
    pendingHandler();
    await deliver('running', { expiresAt: '2026-02-11T00:05:00Z' });
    await deliver('waiting', { expiresAt: '2026-02-11T00:05:00Z' });
    runner.drain();
    runner.abandon();
    expect(clock.pending).toBe(0);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('secret');
      },
    ],
    ['answers nothing', () => undefined],
    ['answers something else', () => ({ code: 500, message: new Error('secret') })],
    ['is asynchronous', () => Promise.reject(new Error('secret'))],
  ])('fails a request without a word when describeError %s', async (_name, describe) => {
    newRunner({ describe: describe as unknown as typeof describeError });
    channel.onAcknowledge = lost;
    handlers.add('anything.do', () => {
      throw new Error('secret');
    });
    await deliver('r1');
    expect(outcomes()).toEqual([
      ['r1', { status: 'failed', code: 'agent_error', message: 'The agent failed to do this.' }],
    ]);
  });

  it('refuses a handler that is no function', () => {
    expect(() => handlers.add('anything.do', undefined as unknown as Handler)).toThrow(/function/);
  });
});
