import type { Duplex } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../application/ports/clock.ts';
import { networkOf } from '../domain/network.ts';
import type { Connections } from './connections.ts';
import { untilClosed } from './until-closed.ts';

type Dependencies = {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly connections: Pick<Connections, 'letGo'>;
};

/** What is refused over a connection on which something was refused before is told no sooner than so long after that. */
const REFUSED_AGAIN_MS = 250;
/** Refusals that wait so on one connection, whose client sends without waiting for answers. With one more the connection is cut. */
const REFUSALS_WAITING_MAX = 16;
/** Refusals of one network that are told in a second; others wait until it is their turn. */
const REFUSALS_PER_SECOND = 100;
/** The longest that one waits for that, in milliseconds. */
const REFUSAL_WAIT_MAX_MS = 5_000;
/** Networks whose refusals are counted. Whoever was not refused for longest is as one who never was. */
const NETWORKS_MAX = 10_000;

/** When something was refused over a connection last, or will be, and how many refusals wait to be told. */
type Told = { readonly at: number; readonly waiting: number };
const NOTHING: Told = { at: Number.NEGATIVE_INFINITY, waiting: 0 };

/**
 * When refusals are told: at once, unless whoever calls goes on with what was refused just now, over the same connection or over
 * ever new ones. Then they wait: told at once, what costs little to ask for again would be asked for again at once.
 */
export class Refusals {
  readonly #deps: Dependencies;
  readonly #connections = new WeakMap<Duplex, Told>();
  /** When the next second's worth of a network's refusals is used up. */
  readonly #networks = new LRUCache<string, number>({ max: NETWORKS_MAX });

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Calls `tell` when it is time, unless the connection has ended by then. */
  add(socket: Duplex, address: string, tell: () => void): void {
    const { clock, connections } = this.#deps;
    const now = clock.monotonic();
    const { at, waiting } = this.#connections.get(socket) ?? NOTHING;
    const waitMs = Math.max(0, at + REFUSED_AGAIN_MS - now, this.#waitOf(networkOf(address), now));
    if (waitMs === 0) {
      this.#connections.set(socket, { at: now, waiting });
      tell();
      return;
    }
    // Node reads on while an answer waits: whoever does not wait for answers would have any number of calls kept here.
    if (waiting >= REFUSALS_WAITING_MAX) {
      socket.destroy();
      return;
    }
    this.#connections.set(socket, { at: now + waitMs, waiting: waiting + 1 });
    connections.letGo(socket);
    const stopTimer = clock.after(waitMs, () => {
      stopListening();
      const told = this.#connections.get(socket) ?? NOTHING;
      this.#connections.set(socket, { ...told, waiting: told.waiting - 1 });
      tell();
    });
    const stopListening = untilClosed(socket, stopTimer);
  }

  /** In milliseconds; counts one refusal more of the network. */
  #waitOf(network: string, now: number): number {
    const before = this.#networks.get(network) ?? Number.NEGATIVE_INFINITY;
    const at = Math.min(Math.max(before, now - 1_000) + 1_000 / REFUSALS_PER_SECOND, now + REFUSAL_WAIT_MAX_MS);
    this.#networks.set(network, at);
    return Math.max(0, at - now);
  }
}
