/**
 * Runs tasks: those of one key in their order, those of different keys side by side, so that one slow answer holds up
 * nothing else. Tells when too many are unfinished, and when there is room again.
 */
export class OrderedTasks {
  readonly #lastOfKey = new Map<string, Unfinished>();
  readonly #options: Options;
  #unfinished = 0;
  #isFull = false;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whether it had too many, and has no room yet. */
  get isFull(): boolean {
    return this.#isFull;
  }

  /** Tasks that are not finished. */
  get size(): number {
    return this.#unfinished;
  }

  /**
   * Runs the task at once, or after the unfinished ones of its key. With `letsNextBegin` the next one of its key is begun
   * as soon as this one has been. Its `turn` resolves when all before it are finished. A task never rejects.
   */
  run(key: string, task: (turn: Promise<unknown>) => Promise<void>, { letsNextBegin = false } = {}): void {
    this.#unfinished += 1;
    if (!this.#isFull && this.#unfinished >= this.#options.max) {
      this.#isFull = true;
      this.#options.onFull();
    }
    const before = this.#lastOfKey.get(key);
    const turn = before?.finished ?? NOBODYS;
    const run = before?.mayNextBegin ? before.mayNextBegin.then(() => task(turn)) : task(turn);
    const finished: Promise<unknown> = Promise.all([run, turn]).finally(() => {
      if (this.#lastOfKey.get(key) === last) this.#lastOfKey.delete(key);
      this.#unfinished -= 1;
      if (this.#isFull && this.#unfinished <= this.#options.max / 2) {
        this.#isFull = false;
        this.#options.onRoom();
      }
    });
    const last = { finished, mayNextBegin: letsNextBegin ? (before?.mayNextBegin ?? null) : finished };
    this.#lastOfKey.set(key, last);
  }
}

const NOBODYS = Promise.resolve();

/** A task that is not finished. The next one of its key may begin at once where `mayNextBegin` is null. */
type Unfinished = { readonly finished: Promise<unknown>; readonly mayNextBegin: Promise<unknown> | null };

type Options = {
  /** Unfinished tasks from which on it is full. It has room again when half of them are done. */
  readonly max: number;
  readonly onFull: () => void;
  readonly onRoom: () => void;
};
