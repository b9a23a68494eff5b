import { describe, expect, it } from 'vitest';
import { MaintenanceRunner } from '../../src/application/maintenance/maintenance-runner.ts';
import type { MaintenanceTask } from '../../src/application/maintenance/task.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';

function started(tasks: readonly MaintenanceTask[]) {
  const clock = createVirtualClock();
  const log = createRecordingLog();
  const runner = new MaintenanceRunner({ tasks, clock, log });
  runner.start();
  /** Lets time pass, and what is due come to its end. */
  const pass = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) {
      clock.advance(50);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, log, runner, pass };
}

const task = (name: string, everyMs: number, run: MaintenanceTask['run'] = async () => {}): MaintenanceTask => ({
  name,
  everyMs,
  run,
});

describe('maintenance', () => {
  it('runs each task once in each of its intervals, spread over it', async () => {
    const at: Record<string, number[]> = { a: [], b: [], slow: [] };
    const record = (name: string) => async () => void at[name]?.push(clock.monotonic());
    const { clock, pass } = started([
      task('a', 500, record('a')),
      task('b', 500, record('b')),
      task('slow', 1_000, record('slow')),
    ]);
    await pass(2_000);
    expect(at).toEqual({ a: [250, 750, 1_250, 1_750], b: [500, 1_000, 1_500, 2_000], slow: [1_000, 2_000] });
  });

  it('runs no task twice at once, and only when it is due', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const isDue = () => ++asked % 2 === 0;
    const { runner, pass } = started([task('long', 500, () => promise), { ...task('seldom', 500), isDue }]);
    await pass(2_000);
    expect(runner.status()).toMatchObject([
      { name: 'long', runs: 0, lastDurationMs: null, lastSuccessAt: null },
      { name: 'seldom', runs: 2 },
    ]);
    resolve();
    await pass(50);
    expect(runner.status()[0]).toMatchObject({ runs: 1, failuresInARow: 0, lastDurationMs: 1_800 });
  });

  it('tells of failures once, and how many they were when the task works again', async () => {
    let isBroken = true;
    const { log, runner, pass, clock } = started([
      task('fragile', 500, async () => {
        if (isBroken) throw new Error('The database is away.');
      }),
    ]);
    await pass(1_500);
    expect(log.lines.filter((line) => line.includes('fragile'))).toHaveLength(1);
    expect(log.lines[0]).toContain('The database is away.');
    expect(runner.status()).toMatchObject([{ runs: 3, failuresInARow: 3, lastSuccessAt: null }]);
    isBroken = false;
    await pass(500);
    expect(log.lines.at(-1)).toContain('"failures":3');
    expect(runner.status()).toMatchObject([{ runs: 4, failuresInARow: 0, lastSuccessAt: clock.now() }]);
  });

  it('runs what follows a task after each run that did not fail, where it is due, and waits for none of it', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const at: number[] = [];
    const isDue = () => clock.monotonic() !== 1_000;
    const follower = { ...task('due', 500, async () => void at.push(clock.monotonic())), isDue };
    const followers = [task('long', 500, () => promise), follower];
    const leads = async () => {
      if (clock.monotonic() === 1_500) throw new Error('The database is away.');
    };
    const { clock, runner, pass } = started([{ ...task('leader', 500, leads), followers }]);
    await pass(2_000);
    expect(at).toEqual([500, 2_000]);
    expect(runner.status().map(({ name, runs }) => [name, runs])).toEqual([
      ['leader', 4],
      ['long', 0],
      ['due', 2],
    ]);
    let hasStopped = false;
    const stopped = runner.stop().then(() => {
      hasStopped = true;
    });
    await pass(500);
    expect(hasStopped).toBe(false);
    resolve();
    await stopped;
  });

  it('tells a run that takes too long to end, and goes on without one that does not', async () => {
    let begun = 0;
    const ended: string[] = [];
    const { runner, pass, log } = started([
      {
        ...task('obedient', 500, async (signal) => {
          while (!signal.aborted) await new Promise((resolve) => setImmediate(resolve));
          ended.push('obedient');
        }),
        maxMs: 1_000,
      },
      {
        ...task('stuck', 500, () => {
          begun += 1;
          return begun === 1 ? new Promise(() => {}) : Promise.resolve();
        }),
        maxMs: 1_000,
      },
    ]);
    await pass(5_000);
    expect(ended.length).toBeGreaterThan(1);
    expect(runner.status()).toMatchObject([
      { name: 'obedient', failuresInARow: 0 },
      { name: 'stuck', failuresInARow: 0, lastSuccessAt: expect.any(Date) },
    ]);
    expect(log.lines.filter((line) => line.includes('did not end within 2000 ms'))).toHaveLength(1);
  });

  it('stops by telling what runs, and waits for it', async () => {
    const ended: string[] = [];
    const { runner, pass } = started([
      task('loop', 500, async (signal) => {
        while (!signal.aborted) await new Promise((resolve) => setImmediate(resolve));
        ended.push('loop');
      }),
      task('other', 1_000),
    ]);
    await pass(500);
    await runner.stop();
    expect(ended).toEqual(['loop']);
    await pass(2_000);
    expect(runner.status().map(({ runs }) => runs)).toEqual([1, 0]);
  });
});
