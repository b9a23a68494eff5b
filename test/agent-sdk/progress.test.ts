import { describe, expect, it } from 'vitest';
import { type Progress, ProgressSayer } from '../../agent-sdk/src/progress.ts';
import { FakeClock, settled } from './fake-clock.ts';

function sayer(say: (progress: Progress) => Promise<void> = async () => {}) {
  const clock = new FakeClock();
  const said: Progress[] = [];
  const { report } = new ProgressSayer({
    clock,
    say: (progress) => {
      said.push(progress);
      return say(progress);
    },
  });
  return { clock, said, report };
}

describe('progress', () => {
  it('is said at once, and then the last word of it twice a second at most', async () => {
    const { clock, said, report } = sayer();
    for (let value = 1; value <= 10_000; value += 1) report(value, { total: 10_000 });
    expect(said).toEqual([{ value: 1, total: 10_000 }]);
    await clock.advance(499);
    expect(said).toHaveLength(1);
    await clock.advance(1);
    expect(said).toEqual([
      { value: 1, total: 10_000 },
      { value: 10_000, total: 10_000 },
    ]);
    await clock.advance(10_000);
    expect(said).toHaveLength(2);
    expect(clock.pending).toBe(0);
    report(10_001);
    expect(said).toHaveLength(3);
  });

  it('is only said where it rises, and as the platform takes it', async () => {
    const { clock, said, report } = sayer();
    const say = async (value: unknown, details?: unknown) => {
      report(value as number, details as { total: number });
      await clock.advance(500);
    };
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '1', undefined, -5, -5, -6]) await say(value);
    await say(1, { total: Number.NaN, message: '  ' });
    await say(2, { total: '9', message: 7 });
    await say(3, null);
    await say(4, { message: `${'👍'.repeat(600)}` });
    await say(5, { message: 'a\u0007b\nc' });
    expect(said).toEqual([
      { value: -5 },
      { value: 1 },
      { value: 2 },
      { value: 3 },
      { value: 4, message: '👍'.repeat(500) },
      { value: 5, message: 'a\ufffdb\nc' },
    ]);
  });

  it('waits for what was said before, and goes on where that got lost', async () => {
    const gate = Promise.withResolvers<void>();
    const { clock, said, report } = sayer(() => gate.promise);
    report(1);
    report(2);
    await clock.advance(2_000);
    expect(said).toEqual([{ value: 1 }]);
    gate.reject(new Error('lost'));
    await settled();
    expect(said).toEqual([{ value: 1 }, { value: 2 }]);
  });
});
