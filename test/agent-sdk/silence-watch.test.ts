import { expect, it, vi } from 'vitest';
import { SilenceWatch } from '../../agent-sdk/src/silence-watch.ts';
import { FakeClock } from './fake-clock.ts';

it('calls out once, after a whole limit without a sign', async () => {
  const clock = new FakeClock();
  const onSilence = vi.fn();
  const watch = new SilenceWatch(clock, 1_000, onSilence);
  await clock.advance(900);
  watch.heard();
  await clock.advance(999);
  expect(onSilence).not.toHaveBeenCalled();
  await clock.advance(1);
  expect(onSilence).toHaveBeenCalledOnce();
  await clock.advance(10_000);
  expect(onSilence).toHaveBeenCalledOnce();
});

it('is quiet after it was stopped', async () => {
  const clock = new FakeClock();
  const onSilence = vi.fn();
  new SilenceWatch(clock, 1_000, onSilence).stop();
  await clock.advance(5_000);
  expect(onSilence).not.toHaveBeenCalled();
  expect(clock.pending).toBe(0);
});
