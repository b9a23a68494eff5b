import type { Clock } from '../../src/application/ports/clock.ts';

/** Time that stands still until a test sets it forward; then what is due happens in its order. */
export type VirtualClock = Clock & { advance(ms: number): void };

const BEGINNING = Date.UTC(2026, 10, 24, 12);

export function createVirtualClock(beginning = BEGINNING): VirtualClock {
  let passed = 0;
  const timers = new Set<{ at: number; readonly everyMs: number | null; readonly tick: () => void }>();
  const add = (ms: number, everyMs: number | null, tick: () => void) => {
    const timer = { at: passed + ms, everyMs, tick };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  return {
    now: () => new Date(beginning + passed),
    follow: () => {},
    monotonic: () => passed,
    every: (ms, tick) => add(ms, ms, tick),
    after: (ms, tick) => add(ms, null, tick),
    advance(ms) {
      const until = passed + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!next) break;
        passed = Math.max(passed, next.at);
        if (next.everyMs === null) timers.delete(next);
        else next.at += next.everyMs;
        next.tick();
      }
      passed = until;
    },
  };
}
