import type { Clock } from '../application/ports/clock.ts';
import type { Log } from '../application/ports/log.ts';
import { networkOf, widerNetworkOf } from '../domain/network.ts';
import { Places } from './places.ts';

/** Of all sockets, and of those of one address, so large a part may be of nobody who is known. */
const SHARE = 0.2;
/** So many may be in any case. */
const SHARE_MIN = 8;

export type AnonymousSocketsSettings = {
  readonly socketsMax: number;
  readonly socketsPerAddressMax: number;
  /** How long one may run no operation. */
  readonly idleMs: number;
};

/** A socket on which nobody is known so far. */
export type AnonymousSocket = {
  /** Operations that it has begun, and whether one is under way. */
  readonly operations: () => number;
  readonly isBusy: () => boolean;
  /** `room`: it made room for another. */
  readonly end: (why: 'idle' | 'room') => void;
};

/**
 * Sockets that came without a credential have a share of the others' places and a short life while they do nothing, so
 * that there is room for whoever has one: they say who they are only once they are open.
 */
export class AnonymousSockets {
  readonly #places: Places;
  readonly #idleMs: number;
  readonly #clock: Clock;
  readonly #log: Log;

  constructor({ socketsMax, socketsPerAddressMax, idleMs }: AnonymousSocketsSettings, clock: Clock, log: Log) {
    const max = shareOf(socketsMax);
    // Of a wider network half: more than its addresses one by one would hardly be one's own.
    this.#places = new Places({ max, perKeyMax: [shareOf(socketsPerAddressMax), Math.ceil(max / 2)] });
    this.#idleMs = idleMs;
    this.#clock = clock;
    this.#log = log;
  }

  get size(): number {
    return this.#places.size;
  }

  /** Answers what ends its being anonymous: somebody is known there, or it is closed. Null where there is no room. */
  enter(address: string, socket: AnonymousSocket): (() => void) | null {
    const end = (why: 'idle' | 'room') => {
      stopTimer();
      this.#log.info({ limit: 'anonymous-sockets', address, why }, 'a limit refused');
      socket.end(why);
    };
    const place = this.#places.enter([networkOf(address), widerNetworkOf(address)], {
      rank: 'first',
      mayEnd: () => !socket.isBusy(),
      end: () => end('room'),
    });
    let stopTimer = () => {};
    if (place === null) return null;
    let before = socket.operations();
    const look = () => {
      const now = socket.operations();
      if (!socket.isBusy() && now === before) {
        this.#places.free(place);
        return end('idle');
      }
      before = now;
      stopTimer = this.#clock.after(this.#idleMs, look);
    };
    stopTimer = this.#clock.after(this.#idleMs, look);
    return () => {
      stopTimer();
      this.#places.free(place);
    };
  }
}

const shareOf = (max: number): number => Math.max(SHARE_MIN, Math.floor(max * SHARE));
