import type { Clock } from '../../src/application/ports/clock.ts';
import { systemClock } from '../../src/system-clock.ts';

/**
 * The machine's clock, which a test can set forward: what was due in the time that was skipped happens at once.
 */
export function createManualClock(): Clock & { advance(ms: number): void } {
  let ahead = 0;
  const timers = new Set<{ at: number; everyMs: number | null; tick: () => void }>();
  const monotonic = () => systemClock.monotonic() + ahead;

  const runDue = () => {
    for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > monotonic() || !timers.has(timer)) continue;
      if (timer.everyMs === null) timers.delete(timer);
      else timer.at = monotonic() + timer.everyMs;
      timer.tick();
    }
  };
  const looking = setInterval(runDue, 20);
  looking.unref();

  const add = (ms: number, everyMs: number | null, tick: () => void) => {
    const timer = { at: monotonic() + ms, everyMs, tick };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    now: () => new Date(Date.now() + ahead),
    follow: () => {},
    monotonic,
    every: (ms, tick) => add(ms, ms, tick),
    after: (ms, tick) => add(ms, null, tick),
    advance(ms) {
      ahead += ms;
      runDue();
    },
  };
}
