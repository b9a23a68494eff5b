import type { Clock } from '../ports/clock.ts';

/** So many channels are closed a second, where there is time for it. */
const CLOSED_A_SECOND = 5_000;
/** All are closed in this part of the grace, or in so many milliseconds, so that there is time left for them to end in. */
const PART_OF_GRACE = 0.4;
const CLOSED_WITHIN_MIN_MS = 500;
/** So many are closed before any time has passed. */
const CLOSED_AT_ONCE = 100;
/** No more in one turn of the event loop: what is under way on the others goes on in between. */
const CLOSED_IN_A_TURN = 500;
/** So many agents come back a second, where they keep to it. */
const RECONNECTED_A_SECOND = 2_000;
const RECONNECT_WITHIN_MAX_SECONDS = 30;

/**
 * How fast a node that stops closes its channels (docs/decisions/0043). Their agents come back to other nodes as fast;
 * those that know of it spread over a longer time by themselves.
 */
export class ClosingPace {
  /** Over how many seconds agents are to spread until they come back; 0 where they are few. */
  readonly reconnectWithinSeconds: number;
  readonly #clock: Clock;
  readonly #begun: number;
  readonly #perMs: number;
  #closed = 0;

  constructor(settings: { readonly channels: number; readonly graceMs: number; readonly clock: Clock }) {
    const { channels, graceMs, clock } = settings;
    const longest = Math.max(CLOSED_WITHIN_MIN_MS, graceMs * PART_OF_GRACE);
    this.#perMs = Math.max(CLOSED_A_SECOND / 1_000, channels / longest);
    this.#clock = clock;
    this.#begun = clock.monotonic();
    this.reconnectWithinSeconds = Math.min(Math.floor(channels / RECONNECTED_A_SECOND), RECONNECT_WITHIN_MAX_SECONDS);
  }

  /** Closes as many as may be closed now: `close` is told how many at most, and answers how many it did close. */
  take(close: (most: number) => number): void {
    const due = CLOSED_AT_ONCE + (this.#clock.monotonic() - this.#begun) * this.#perMs - this.#closed;
    this.#closed += close(Math.min(Math.floor(due), CLOSED_IN_A_TURN));
  }
}
