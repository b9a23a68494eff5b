import type { Clock } from './clock.ts';

/** Calls out once when nothing has been heard for `limitMs`. */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #onSilence: () => void;
  #lastHeard: number;
  #callOff: () => void;

  constructor(clock: Clock, limitMs: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#onSilence = onSilence;
    this.#lastHeard = clock.now();
    this.#callOff = clock.after(limitMs, () => this.#look());
  }

  /** Something came. Cheap: the timer is not touched. */
  heard(): void {
    this.#lastHeard = this.#clock.now();
  }

  stop(): void {
    this.#callOff();
  }

  #look(): void {
    const left = this.#lastHeard + this.#limitMs - this.#clock.now();
    if (left > 0) this.#callOff = this.#clock.after(left, () => this.#look());
    else this.#onSilence();
  }
}
