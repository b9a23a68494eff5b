import type { Release } from '../../counted-keys.ts';

type Refund = () => Promise<void>;

/** One attempt to submit a request: what it holds while it lasts, and what it took that a repetition gets back. */
export class Attempt {
  readonly #releases: Release[] = [];
  readonly #refunds: Refund[] = [];

  /** Has something called once the request is stored, or not to be. */
  untilStored(release: Release): void {
    this.#releases.push(release);
  }

  /** Says how to give back what was taken, which a repetition of a known request takes nothing of. */
  unlessRepeated(refund: Refund): void {
    this.#refunds.push(refund);
  }

  /** It was a repetition. */
  async refund(): Promise<void> {
    await Promise.all(this.#refunds.map((refund) => refund()));
  }

  end(): void {
    for (const release of this.#releases) release();
  }
}
