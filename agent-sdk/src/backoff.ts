export interface BackoffOptions {
  /** The bound of the first delay. */
  readonly baseMs: number;
  /** The bound that no delay passes. */
  readonly capMs: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
}

/** Full jitter: drawn evenly from 0 up to the bound. */
export const jittered = (boundMs: number, random: () => number): number => Math.floor(random() * boundMs);

/**
 * Exponential backoff with full jitter: each delay is drawn evenly from 0 up to a bound that doubles with every
 * call until it reaches the cap. Clients that lost one server together so come back spread out.
 */
export class Backoff {
  readonly #options: BackoffOptions;
  #bound: number;

  constructor(options: BackoffOptions) {
    this.#options = options;
    this.#bound = options.baseMs;
  }

  /** The next delay in milliseconds. */
  next(): number {
    const { capMs, random } = this.#options;
    const bound = Math.min(this.#bound, capMs);
    this.#bound = Math.min(bound * 2, capMs);
    return jittered(bound, random);
  }

  /** Begins again at the base. */
  reset(): void {
    this.#bound = this.#options.baseMs;
  }
}
