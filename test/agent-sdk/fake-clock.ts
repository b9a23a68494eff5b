import type { Clock } from '../../agent-sdk/src/clock.ts';

/** Time that passes when a test says so. */
export class FakeClock implements Clock {
  #now: number;
  #timers = new Set<{ due: number; callback: () => void }>();

  constructor(now = Date.parse('2026-02-11T00:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#now + ms, callback };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Lets time pass: timers fire in their order, and what they set off settles in between. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const [next] = [...this.#timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = next.due;
      next.callback();
      await settled();
    }
    this.#now = until;
  }
}

/** Everything that is ready to go on has gone on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
