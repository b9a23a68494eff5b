import type { Clock } from '../../src/application/ports/clock.ts';
import { systemClock } from '../../src/system-clock.ts';

/**
 * The machine's clock, which a test can set forward: what was due in the time that was skipped happens at once.
 */
export function createManualClock(): Clock & {
  advance(ms: number): void;
  /** While the work runs, time passes only by `advance`: however slow the machine is, nothing else becomes due. */
  standStill<Done>(work: () => Promise<Done>): Promise<Done>;
} {
  const startedAt = Date.now() - systemClock.monotonic();
  let ahead = 0;
  let stoodAt: number | null = null;
  const timers = new Set<{ at: number; everyMs: number | null; tick: () => void }>();
  const monotonic = () => (stoodAt ?? systemClock.monotonic()) + ahead;

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
    now: () => new Date(startedAt + monotonic()),
    follow: () => {},
    monotonic,
    every: (ms, tick) => add(ms, ms, tick),
    after: (ms, tick) => add(ms, null, tick),
    advance(ms) {
      ahead += ms;
      runDue();
    },
    async standStill(work) {
      const since = systemClock.monotonic();
      stoodAt = since;
      try {
        return await work();
      } finally {
        ahead -= systemClock.monotonic() - since;
        stoodAt = null;
      }
    },
  };
}
