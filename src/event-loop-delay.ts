import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often it is measured, and looked at, in milliseconds. */
const RESOLUTION_MS = 10;
const LOOK_MS = 500;
const NANOSECONDS = 1_000_000;

/**
 * How late this process is with what it has to do: the median of the last half second, in milliseconds. One pause, such as
 * of the garbage collector, is no median.
 */
export function watchEventLoop(): { readonly delayMs: () => number; readonly stop: () => void } {
  const measured = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  measured.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    delayMs = measured.count === 0 ? 0 : Math.max(0, measured.percentile(50) / NANOSECONDS - RESOLUTION_MS);
    measured.reset();
  }, LOOK_MS).unref();
  return {
    delayMs: () => delayMs,
    stop: () => {
      clearInterval(timer);
      measured.disable();
    },
  };
}
