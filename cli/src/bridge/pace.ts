import type { Clock } from '@clawcierge/agent-sdk';

/** Changes that come close together are one. */
const DEBOUNCE_MS = 2_000;
const MINUTE_MS = 60_000;
const PER_MINUTE = 10;

/**
 * Runs something after it was asked for, not at once: what is asked for meanwhile is the same, and it runs at most ten times a
 * minute, never twice at a time.
 */
export class Pace {
  readonly #run: () => Promise<void>;
  readonly #clock: Clock;
  readonly #started: number[] = [];
  #callOff: (() => void) | undefined;
  #isRunning = false;
  #isAskedFor = false;
  #isOver = false;

  /** `clock` is for tests. */
  constructor(run: () => Promise<void>, clock: Clock = { now: Date.now, after }) {
    this.#run = run;
    this.#clock = clock;
  }

  ask(): void {
    if (this.#isOver || this.#callOff) return;
    if (this.#isRunning) {
      this.#isAskedFor = true;
      return;
    }
    const [earliest] = this.#started;
    const isFull = this.#started.length === PER_MINUTE && earliest !== undefined;
    const untilFree = isFull ? earliest + MINUTE_MS - this.#clock.now() : 0;
    this.#callOff = this.#clock.after(Math.max(DEBOUNCE_MS, untilFree), () => void this.#start());
  }

  end(): void {
    this.#isOver = true;
    this.#callOff?.();
  }

  async #start(): Promise<void> {
    this.#callOff = undefined;
    this.#started.push(this.#clock.now());
    if (this.#started.length > PER_MINUTE) this.#started.shift();
    this.#isRunning = true;
    this.#isAskedFor = false;
    try {
      await this.#run();
    } finally {
      this.#isRunning = false;
      if (this.#isAskedFor) this.ask();
    }
  }
}

function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}
