/**
 * The rules may cost more than is computed here: thrown through every rule, and never absorbed by one. Whoever
 * evaluates has the whole set evaluated where a budget ends it.
 */
export class TooCostlyError extends Error {}

/** Counts what evaluation costs, in units of about twenty nanoseconds, before it is spent. */
export class Meter {
  readonly #max: number;
  #spent = 0;

  /** @param max after so many units a TooCostlyError is thrown */
  constructor(max: number) {
    this.#max = max;
  }

  spend(units: number): void {
    this.#spent += units;
    if (this.#spent > this.#max) throw new TooCostlyError('The rules cost more than may be computed here');
  }

  /** What looking at so many characters or items costs. */
  spendOn(length: number): void {
    this.spend(Math.ceil(length / 64));
  }
}
