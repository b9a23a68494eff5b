import type { Clock } from './application/ports/clock.ts';

/** The machine's own clocks; `wallClock` tells the time of day, in milliseconds, until there is a time to follow. */
export function createSystemClock(wallClock: () => number = Date.now): Clock {
  let followed: { readonly time: number; readonly since: number } | null = null;
  return {
    now: () => new Date(followed ? followed.time + performance.now() - followed.since : wallClock()),
    follow(time) {
      followed = { time: time.getTime(), since: performance.now() };
    },
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
}

export const systemClock: Clock = createSystemClock();
