/** Lets at most `limit` tasks run at a time; the others wait their turn, first come, first served. */
export class Limiter {
  readonly #limit: number;
  readonly #waiting: Array<() => void> = [];
  #active = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many tasks wait for a turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#active < this.#limit) this.#active += 1;
    else await new Promise<void>((turn) => this.#waiting.push(turn));
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      // The slot passes to the next task instead of being released, so that no newcomer slips in between.
      if (next) next();
      else this.#active -= 1;
    }
  }
}
