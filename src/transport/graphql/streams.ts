import type { ServerResponse } from 'node:http';
import { networkOf } from '../../domain/network.ts';

export type StreamLimits = {
  /** Answers that may be open at once, of all callers together. */
  readonly max: number;
  /** The same of one address. */
  readonly perAddressMax: number;
};

/**
 * Answers that stay open for as long as the caller likes: server-sent events go round every bound on WebSockets, so
 * they have their own, and an end when the platform stops.
 */
export class OpenStreams {
  readonly #limits: StreamLimits;
  readonly #open = new Set<ServerResponse>();
  readonly #byAddress = new Map<string, number>();

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  /** Counts the answer until it is closed. False when there are too many already. */
  take(callersAddress: string, response: ServerResponse): boolean {
    const address = networkOf(callersAddress);
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#open.size >= this.#limits.max || ofAddress >= this.#limits.perAddressMax) return false;
    this.#open.add(response);
    this.#byAddress.set(address, ofAddress + 1);
    response.once('close', () => this.#release(address, response));
    return true;
  }

  endAll(): void {
    for (const response of this.#open) response.destroy();
  }

  #release(address: string, response: ServerResponse): void {
    this.#open.delete(response);
    const left = (this.#byAddress.get(address) ?? 1) - 1;
    if (left > 0) this.#byAddress.set(address, left);
    else this.#byAddress.delete(address);
  }
}
