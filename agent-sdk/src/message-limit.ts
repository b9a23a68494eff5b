import type { Closure } from './closure.ts';

const CLOSE_TOO_LARGE = 1009;

/**
 * How large a message may be: what the agent was told, until the platform closes a connection over less (1009). A result
 * would otherwise end each connection that it is said on. Outlives the connections.
 */
export class MessageLimit {
  #bytes: number;
  #largestSent = 0;

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether a message may be sent; one that may is taken to be. */
  admits(bytes: number): boolean {
    if (bytes > this.#bytes) return false;
    this.#largestSent = Math.max(this.#largestSent, bytes);
    return true;
  }

  /** The platform said itself what it takes. */
  told(bytes: number): void {
    this.#bytes = Math.min(this.#bytes, bytes);
  }

  /** The platform refused a message of that size for its size. */
  refused(bytes: number): void {
    this.told(bytes - 1);
  }

  /** A connection ended: whether, and how, tells what the platform takes. */
  learn(closure: Closure): void {
    if (closure.kind === 'closed' && closure.code === CLOSE_TOO_LARGE && this.#largestSent > 0) {
      this.#bytes = this.#largestSent - 1;
    }
    this.#largestSent = 0;
  }
}
