import type { ServerResponse } from 'node:http';
import { CountedKeys } from '../application/counted-keys.ts';
import type { Log } from '../application/ports/log.ts';
import { networkOf } from '../domain/network.ts';
import { untilClosed } from './until-closed.ts';

export type StreamLimits = {
  /** Answers that may be open at once, of all callers together. */
  readonly max: number;
  /** The same of one address. */
  readonly perAddressMax: number;
  readonly log: Log;
};

/**
 * Answers that stay open for as long as the caller likes: server-sent events go round every bound on WebSockets, so
 * they have their own, and an end when the platform stops.
 */
export class OpenStreams {
  readonly #counts: CountedKeys;
  readonly #log: Log;
  readonly #open = new Map<ServerResponse, () => void>();
  #isOver = false;

  constructor({ max, perAddressMax, log }: StreamLimits) {
    this.#log = log;
    this.#counts = new CountedKeys({ max, perKeyMax: perAddressMax });
  }

  /**
   * Counts the answer until it is closed. False when there are too many already. `end` is how it ends when the platform
   * stops: cut, where nothing better is known.
   */
  acquire(callersAddress: string, response: ServerResponse, end: () => void = () => response.destroy()): boolean {
    const release = this.#counts.acquire(networkOf(callersAddress));
    if (release === null) {
      this.#log.info({ limit: 'streams', address: callersAddress }, 'a limit refused');
      return false;
    }
    this.#open.set(response, end);
    untilClosed(response, () => {
      this.#open.delete(response);
      release();
    });
    // Its request came just before the platform stopped, and was looked at just after.
    if (this.#isOver) end();
    return true;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Ends all that are open, and each that is opened from now on. */
  endAll(): void {
    this.#isOver = true;
    for (const end of this.#open.values()) end();
  }
}
