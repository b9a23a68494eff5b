import { expect, it } from 'vitest';
import { matchesGlob } from '../../cli/src/bridge/narrowing.ts';
import { Pace } from '../../cli/src/bridge/pace.ts';
import { FakeClock } from '../agent-sdk/fake-clock.ts';

/** A pace whose runs end when the test says so. */
function paceAt(clock: FakeClock) {
  const runs: PromiseWithResolvers<void>[] = [];
  const pace = new Pace(() => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  }, clock);
  return { pace, runs };
}

it('takes what is asked for within two seconds as one, and what is asked for during a run as the next', async () => {
  const clock = new FakeClock();
  const { pace, runs } = paceAt(clock);
  for (let count = 0; count < 5; count += 1) pace.ask();
  await clock.advance(1_999);
  expect(runs).toHaveLength(0);
  await clock.advance(1);
  expect(runs).toHaveLength(1);
  pace.ask();
  pace.ask();
  await clock.advance(10_000);
  expect(runs).toHaveLength(1);
  runs[0]?.resolve();
  await clock.advance(2_000);
  expect(runs).toHaveLength(2);
});

it('runs ten times a minute at most, and no more once it has ended', async () => {
  const clock = new FakeClock();
  const { pace, runs } = paceAt(clock);
  for (let second = 0; second < 60; second += 1) {
    pace.ask();
    await clock.advance(1_000);
    runs.at(-1)?.resolve();
  }
  expect(runs).toHaveLength(10);
  await clock.advance(3_000);
  expect(runs).toHaveLength(11);
  runs.at(-1)?.resolve();
  pace.ask();
  pace.end();
  pace.ask();
  await clock.advance(600_000);
  expect(runs).toHaveLength(11);
});

it.each([
  ['*', 'anything', true],
  ['read_*', 'read_file', true],
  ['read_*', 'unread_file', false],
  ['a.b', 'a.b', true],
  ['a.b', 'axb', false],
  ['?b', 'ab', true],
  ['?b', 'aab', false],
  ['(a|b)', 'a', false],
])('the glob %s and the name %s: %s', (glob, name, fits) => expect(matchesGlob(glob, name)).toBe(fits));
