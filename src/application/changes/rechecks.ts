import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

/** What is read in one statement. */
const BATCH_MAX = 100;
/** After a full batch, in milliseconds: a flood of hints makes a node run so many statements, and no more. */
const REST_MS = 20;
/** What may wait to be read. What comes on top is dropped. */
const WAITING_MAX = 2_000;

type Options<Item> = {
  readonly clock: Clock;
  readonly log: Log;
  /** Reads the rows, and acts on what they say. */
  readonly run: (items: readonly Item[]) => Promise<void>;
  /** Some were not read: too many waited, or the database did not answer. */
  readonly onLost: () => void;
};

/**
 * What hints named, to be read from the database: each once, however often it is named while it waits, one batch at a
 * time. What is named again while it is being read is read again.
 */
export class Rechecks<Item> {
  readonly #options: Options<Item>;
  readonly #waiting = new Map<string, Item>();
  #isRunning = false;

  constructor(options: Options<Item>) {
    this.#options = options;
  }

  /** `name` tells what is the same item. */
  add(name: string, item: Item): void {
    if (this.#waiting.size >= WAITING_MAX && !this.#waiting.has(name)) {
      this.#options.onLost();
      return;
    }
    this.#waiting.set(name, item);
    if (this.#isRunning) return;
    this.#isRunning = true;
    // Whatever else is named in this tick goes into the same batch.
    queueMicrotask(() => void this.#runAll());
  }

  async #runAll(): Promise<void> {
    const { clock, log, run, onLost } = this.#options;
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting].slice(0, BATCH_MAX);
      for (const [name] of batch) this.#waiting.delete(name);
      try {
        await run(batch.map(([, item]) => item));
      } catch (error) {
        log.warn({ err: error }, 'what other nodes hinted at could not be read');
        onLost();
      }
      if (batch.length === BATCH_MAX) await new Promise<void>((resolve) => clock.after(REST_MS, resolve));
    }
    // In the same turn as the last check of what waits, so that nothing is left waiting.
    this.#isRunning = false;
  }
}
