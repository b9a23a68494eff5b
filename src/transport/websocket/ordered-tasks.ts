/**
 * Runs tasks: those of one key in their order, those of different keys side by side, so that one slow answer holds up
 * nothing else. Tells when too many are unfinished, and when there is room again.
 */
export class OrderedTasks {
  readonly #lastOfKey = new Map<string, Promise<void>>();
  readonly #options: Options;
  #unfinished = 0;
  #isFull = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Tasks that are not finished. */
  get size(): number {
    return this.#unfinished;
  }

  /** Runs the task at once, or after the unfinished ones of its key. A task never rejects. */
  run(key: string, task: () => Promise<void>): void {
    this.#unfinished += 1;
    if (!this.#isFull && this.#unfinished >= this.#options.max) {
      this.#isFull = true;
      this.#options.onFull();
    }
    const before = this.#lastOfKey.get(key);
    const done: Promise<void> = (before ? before.then(task) : task()).finally(() => {
      if (this.#lastOfKey.get(key) === done) this.#lastOfKey.delete(key);
      this.#unfinished -= 1;
      if (this.#isFull && this.#unfinished <= this.#options.max / 2) {
        this.#isFull = false;
        this.#options.onRoom();
      }
    });
    this.#lastOfKey.set(key, done);
  }
}

type Options = {
  /** Unfinished tasks from which on it is full. It has room again when half of them are done. */
  readonly max: number;
  readonly onFull: () => void;
  readonly onRoom: () => void;
};
