import { beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../agent-sdk/src/logger.ts';
import type { Outcome } from '../../agent-sdk/src/outcome.ts';
import { OutcomeReporter } from '../../agent-sdk/src/outcome-reporter.ts';
import { FakeChannel, lost } from './fake-channel.ts';
import { FakeClock, settled } from './fake-clock.ts';

const done: Outcome = { status: 'completed', json: '"done"' };

describe('OutcomeReporter', () => {
  let clock: FakeClock;
  let reporter: OutcomeReporter;

  beforeEach(() => {
    clock = new FakeClock();
    reporter = new OutcomeReporter({
      clock,
      random: () => 1 - Number.EPSILON,
      logger: silentLogger,
      memory: { maxEntries: 100, maxCharacters: 100_000 },
    });
  });

  const attached = () => {
    const channel = new FakeChannel();
    reporter.attach(channel);
    return channel;
  };

  it('reports what was finished while there was no channel, and once', async () => {
    reporter.finish('r1', done);
    const first = attached();
    await settled();
    expect(first.reports).toEqual([{ requestId: 'r1', outcome: done }]);
    reporter.detach();
    const second = attached();
    await settled();
    expect(second.reports).toEqual([]);
  });

  it('reports again on the next channel what was lost with the last one', async () => {
    const first = attached();
    first.onReport = lost;
    reporter.finish('r1', done);
    await settled();
    reporter.detach();
    const second = attached();
    await settled();
    expect(first.reports).toHaveLength(1);
    expect(second.reports).toHaveLength(1);
  });

  it('answers a redelivery that comes before the channel counts as open', async () => {
    attached();
    reporter.finish('r1', done);
    await settled();
    reporter.detach();
    reporter.repeat('r1');
    const next = attached();
    await settled();
    expect(next.reports).toEqual([{ requestId: 'r1', outcome: done }]);
  });

  it('does not say it twice at a time on one channel', async () => {
    const channel = attached();
    const gate = Promise.withResolvers<{ kind: 'taken' }>();
    channel.onReport = () => gate.promise;
    reporter.finish('r1', done);
    reporter.repeat('r1');
    gate.resolve({ kind: 'taken' });
    await settled();
    expect(channel.reports).toHaveLength(1);
  });

  it('takes "finished" as settled', async () => {
    const channel = attached();
    channel.onReport = async () => ({ kind: 'finished', message: 'Somebody was first.' });
    reporter.finish('r1', done);
    await settled();
    reporter.detach();
    expect(attached().reports).toEqual([]);
    expect(reporter.has('r1')).toBe(true);
  });

  it('reports a failure where a result is refused, and remembers that one', async () => {
    const channel = attached();
    channel.onReport = async (_requestId, outcome) =>
      outcome.status === 'completed' ? { kind: 'refused', message: 'NUL in a text.' } : { kind: 'taken' };
    reporter.finish('r1', done);
    await settled();
    reporter.repeat('r1');
    await settled();
    const failure = { status: 'failed', code: 'result_refused', message: expect.stringContaining('NUL in a text.') };
    expect(channel.reports.map(({ outcome }) => outcome)).toEqual([done, failure, failure]);
  });

  it('hears a refusal that comes later, as on the raw WebSocket', async () => {
    const channel = attached();
    reporter.finish('r1', done);
    await settled();
    reporter.answered('r1', { kind: 'refused', message: 'Not like this.' });
    await settled();
    expect(channel.reports.map(({ outcome }) => outcome.status)).toEqual(['completed', 'failed']);
  });

  it('gives a failure up that is refused as well', async () => {
    const channel = attached();
    channel.onReport = async () => ({ kind: 'refused', message: 'No.' });
    reporter.finish('r1', done);
    await settled();
    await clock.advance(60_000);
    expect(channel.reports).toHaveLength(2);
  });

  it('tries again for as long as the channel is open, at most ten seconds apart: an acked request comes by no other way', async () => {
    const channel = attached();
    let isPassing = false;
    channel.onReport = async () => {
      if (isPassing) return { kind: 'taken' };
      throw new Error('The platform cannot reach its database.');
    };
    reporter.finish('r1', done);
    await clock.advance(600_000);
    expect(channel.reports.length).toBeLessThan(70);
    isPassing = true;
    const before = channel.reports.length;
    await clock.advance(10_000);
    expect(channel.reports).toHaveLength(before + 1);
    await clock.advance(60_000);
    expect(channel.reports).toHaveLength(before + 1);
    expect(clock.pending).toBe(0);
  });

  it('says a result again that the platform could not take just now, until it can', async () => {
    const channel = attached();
    let isPassing = false;
    channel.onReport = async (requestId) => {
      if (!isPassing)
        clock.after(1, () => reporter.answered(requestId, { kind: 'not-now', message: 'Ask again later.' }));
      return { kind: 'taken' };
    };
    reporter.finish('r1', done);
    await clock.advance(60_000);
    isPassing = true;
    const before = channel.reports.length;
    await clock.advance(60_000);
    expect(channel.reports.slice(before)).toEqual([{ requestId: 'r1', outcome: done }]);
  });

  it('begins with short delays again when the platform asks again', async () => {
    const channel = attached();
    const fails = async () => {
      throw new Error('Unexpected error.');
    };
    channel.onReport = fails;
    reporter.finish('r1', done);
    await clock.advance(60_000);
    channel.onReport = async () => ({ kind: 'taken' });
    await clock.advance(10_000);
    channel.onReport = fails;
    reporter.repeat('r1');
    await settled();
    const before = channel.reports.length;
    await clock.advance(500);
    expect(channel.reports).toHaveLength(before + 1);
  });

  it('calls its retries off with the channel', async () => {
    const channel = attached();
    channel.onReport = async () => {
      throw new Error('Unexpected error.');
    };
    reporter.finish('r1', done);
    await settled();
    reporter.detach();
    expect(clock.pending).toBe(0);
  });

  it('is idle when the platform has every outcome', async () => {
    const idle = vi.fn();
    reporter.finish('r1', done);
    void reporter.whenIdle().then(idle);
    await settled();
    expect(idle).not.toHaveBeenCalled();
    attached();
    await settled();
    expect(idle).toHaveBeenCalledOnce();
  });
});
