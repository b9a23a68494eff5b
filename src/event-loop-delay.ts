import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

/** How often it is measured, and looked at, in milliseconds. */
const RESOLUTION_MS = 10;
const LOOK_MS = 500;
const NANOSECONDS = 1_000_000;

type Delays = ReturnType<typeof monitorEventLoopDelay>;

export type EventLoop = {
  /** How late this process is with what it has to do: the median of the last half second, in milliseconds. One pause, such as
   * of the garbage collector, is no median. */
  readonly delayMs: () => number;
  /** The mean since this was asked last, in milliseconds: in this a pause counts. */
  readonly latenessMs: () => number;
  readonly stop: () => void;
};

/** Measures how late this process is. */
export function watchEventLoop(): EventLoop {
  const look = new Measured((measured) => measured.percentile(50));
  const asked = new Measured((measured) => measured.mean);
  let delayMs = 0;
  const timer = setInterval(() => {
    delayMs = look.take();
  }, LOOK_MS).unref();
  return {
    delayMs: () => delayMs,
    latenessMs: () => asked.take(),
    stop: () => {
      clearInterval(timer);
      look.stop();
      asked.stop();
    },
  };
}

/** How late timers of `RESOLUTION_MS` are. */
class Measured {
  readonly #delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  readonly #of: (delays: Delays) => number;
  #since = performance.now();

  /** @param of what counts of them, in nanoseconds */
  constructor(of: (delays: Delays) => number) {
    this.#of = of;
    this.#delays.enable();
  }

  /** Since this was taken last, in milliseconds; not to be taken more often than a few times `RESOLUTION_MS`. */
  take(): number {
    const sinceMs = performance.now() - this.#since;
    // The first timer after a reset is not measured: where none was, there was one at most in all that time.
    const tookMs = this.#delays.count === 0 ? sinceMs - RESOLUTION_MS : this.#of(this.#delays) / NANOSECONDS;
    this.#delays.reset();
    this.#since += sinceMs;
    return Math.max(0, tookMs - RESOLUTION_MS);
  }

  stop(): void {
    this.#delays.disable();
  }
}
