import { LRUCache } from 'lru-cache';
import type { Principal } from '../../domain/principal.ts';
import type { Clock } from '../ports/clock.ts';

/** Who asks again within so long polls without a pause, in milliseconds. */
const PAUSE_MS = 50;
/** What is asked for so is answered when it changes, or after so long. */
const WAIT_MS = 10;
/** Polls that are remembered; one that is not is answered at once. */
const POLLS_MAX = 4_000;

/**
 * Callers who ask for an open request again as soon as they have been answered. Each of their polls costs as much as a
 * fifth of the request itself and nearly all find what they found before, so they are answered when there is news, but
 * for a short wait at most.
 */
export class TightPolls {
  readonly #clock: Clock;
  /** When it was last answered as open here, by who asked or submitted it. */
  readonly #answeredAt = new LRUCache<string, number>({ max: POLLS_MAX });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long the caller may be kept waiting for a change, in milliseconds. */
  waitMsOf(principal: Principal, id: string): number {
    const at = this.#answeredAt.get(pollOf(principal, id));
    return at !== undefined && this.#clock.monotonic() - at < PAUSE_MS ? WAIT_MS : 0;
  }

  /** The caller is told that the request is open. */
  record(principal: Principal, id: string): void {
    this.#answeredAt.set(pollOf(principal, id), this.#clock.monotonic());
  }
}

/** By caller, so that nobody can tell from the time of an answer what others ask for. */
const pollOf = (principal: Principal, id: string): string =>
  `${principal.kind === 'admin' ? principal.sessionId : principal.apiKeyId} ${id.toLowerCase()}`;
