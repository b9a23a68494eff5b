import type { Release } from '../../counted-keys.ts';

type Refund = () => Promise<void>;

/** One attempt to submit a request: what it holds while it lasts, and what it took that is given back where it comes to nothing. */
export class Attempt {
  readonly #releases: Release[] = [];
  readonly #refunds: Refund[] = [];

  /** Has something called once the request is stored, or not to be. */
  untilStored(release: Release): void {
    this.#releases.push(release);
  }

  /** Says how to give back what was taken, which neither a repetition nor what could not be decided about takes anything of. */
  refundable(refund: Refund): void {
    this.#refunds.push(refund);
  }

  /** It was a repetition, or could not be decided about. */
  async refund(): Promise<void> {
    await Promise.all(this.#refunds.map((refund) => refund()));
  }

  end(): void {
    for (const release of this.#releases) release();
  }
}
