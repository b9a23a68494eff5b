import { expect, it } from 'vitest';
import { FollowedTime } from '../../src/application/cluster/followed-time.ts';
import { createRecordingLog } from '../testkit/recording-log.ts';
import { createVirtualClock } from '../testkit/virtual-clock.ts';

const HOUR_MS = 3_600_000;

/** A node's time that follows a database's, whose answers take as long as the test says. */
function following() {
  const machine = createVirtualClock();
  let ahead = 0;
  const now = () => new Date(machine.now().getTime() + ahead);
  const follow = (time: Date) => {
    ahead = time.getTime() - machine.now().getTime();
  };
  const database = { offMs: 0, answersAfterMs: 0 };
  const log = createRecordingLog();
  const time = new FollowedTime({
    clock: { ...machine, now, follow },
    nodeTimeoutMs: 10_000,
    log,
    async sharedTime() {
      const answer = new Date(machine.now().getTime() + database.offMs);
      machine.advance(database.answersAfterMs);
      return answer;
    },
  });
  const set = (offMs: number) => {
    database.offMs = offMs;
    return time.ask();
  };
  return { time, database, log, set, advance: machine.advance };
}

it('a clock that was followed after a slow answer, and is known better now, was not set', async () => {
  const { time, database, log } = following();
  database.answersAfterMs = 8_000;
  await time.ask();
  database.answersAfterMs = 0;
  expect(await time.ask()).toBe(false);
  expect(time.isSteady).toBe(true);
  expect(log.lines.filter((line) => line.includes('was set'))).toEqual([]);
  database.offMs = 2_000;
  expect(await time.ask()).toBe(true);
  expect(time.isSteady).toBe(false);
});

it('retention waits after a clock was set by an hour, not after a few seconds as after each pause of a machine', async () => {
  const { time, set } = following();
  await time.ask();
  expect(await set(5_000)).toBe(true);
  expect(time.setFarAgoMs).toBe(Number.POSITIVE_INFINITY);
  expect(await set(HOUR_MS)).toBe(true);
  expect(time.setFarAgoMs).toBe(0);
});

it('retention waits, too, after the start of a node whose own clock is an hour off: one of the two is wrong', async () => {
  const { time, set, advance } = following();
  expect(await set(HOUR_MS)).toBe(false);
  expect([time.setFarAgoMs, time.isSteady]).toEqual([0, true]);
  advance(HOUR_MS);
  expect(await set(HOUR_MS)).toBe(false);
  expect(time.setFarAgoMs).toBe(HOUR_MS);
});

it('a clock that is set all the time gets no time of grace any more, until it is steady again', async () => {
  const { time, log, set, advance } = following();
  await time.ask();
  for (const offMs of [10_000, 0, 10_000, 0]) {
    expect(await set(offMs)).toBe(true);
    expect(time.isSteady).toBe(false);
    advance(9_000);
  }
  expect(await set(10_000)).toBe(true);
  expect(time.isSteady).toBe(true);
  expect(log.lines.filter((line) => line.includes('again and again'))).toHaveLength(1);
  advance(100_000);
  expect(await set(0)).toBe(true);
  expect(time.isSteady).toBe(false);
});

it.each([
  ['4 s', 4_000, true],
  ['an hour', HOUR_MS, false],
])(
  'by a clock that is set all the time by %s, other nodes may be taken for dead only if that is little',
  async (_name, offMs, may) => {
    const { time, set } = following();
    await time.ask();
    for (const off of [offMs, 0, offMs, 0, offMs]) await set(off);
    expect([time.isSteady, time.isSteadyForNodes]).toEqual([true, may]);
  },
);
