import type { Clock } from './application/ports/clock.ts';

/** The machine's own clocks. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms).unref();
    return () => clearInterval(timer);
  },
  after(ms, tick) {
    const timer = setTimeout(tick, ms).unref();
    return () => clearTimeout(timer);
  },
};
