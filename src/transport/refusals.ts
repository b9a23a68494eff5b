import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { LRUCache } from 'lru-cache';
import type { FairShare } from '../application/admission/fair-share.ts';
import type { Clock } from '../application/ports/clock.ts';
import type { Connections } from './connections.ts';
import { untilClosed } from './until-closed.ts';

type Dependencies = {
  readonly clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly connections: Pick<Connections, 'letGo'>;
  /** The part of them that are told at present, as of budgets. */
  readonly share: Pick<FairShare, 'part'>;
};

/** What is refused over a connection on which something was refused before is told no sooner than so long after that. */
const REFUSED_AGAIN_MS = 250;
/** Refusals that wait so on one connection, whose client sends without waiting for answers. With one more the connection is cut. */
const REFUSALS_WAITING_MAX = 16;
/** Refusals of one flow, a key's holder or else a network, that are told in a second; others wait until it is their turn. */
const REFUSALS_PER_SECOND = 100;
/** The part of them that is told however late the node is: one of so many. */
const REFUSALS_LEAST_PART = 8;
/** The longest that one waits for that, in milliseconds. */
const REFUSAL_WAIT_MAX_MS = 5_000;
/** Flows whose refusals are counted. Whoever was not refused for longest is as one who never was. */
const FLOWS_MAX = 10_000;

/** When something was refused over a connection last, or will be, and what waits to be told over it. */
type Told = { at: number; readonly waiting: Set<() => void> };

/**
 * When refusals are told: at once, unless whoever calls goes on with what was refused just now, over the same connection or over
 * ever new ones. Then they wait: told at once, what costs little to ask for again would be asked for again at once.
 */
export class Refusals {
  readonly #deps: Dependencies;
  readonly #connections = new WeakMap<Duplex, Told>();
  /** When what may be told to a flow at once is used up. */
  readonly #flows = new LRUCache<string, number>({ max: FLOWS_MAX });

  constructor(deps: Dependencies) {
    this.#deps = deps;
  }

  /** Calls `tell` when it is time, unless the connection has ended by then. */
  add(message: IncomingMessage, flow: string, tell: () => void): void {
    const { clock, connections } = this.#deps;
    const { socket } = message;
    const now = clock.monotonic();
    const told = this.#toldOver(socket);
    const waitMs = Math.max(0, told.at + REFUSED_AGAIN_MS - now, this.#waitOf(flow, now));
    told.at = now + waitMs;
    if (waitMs === 0) {
      tell();
      return;
    }
    // Node reads on while an answer waits: whoever does not wait for answers would have any number of calls kept here.
    if (told.waiting.size >= REFUSALS_WAITING_MAX) {
      socket.destroy();
      return;
    }
    connections.letGo(message);
    const stop = clock.after(waitMs, () => {
      told.waiting.delete(stop);
      tell();
    });
    told.waiting.add(stop);
  }

  #toldOver(socket: Duplex): Told {
    const known = this.#connections.get(socket);
    if (known) return known;
    const told: Told = { at: Number.NEGATIVE_INFINITY, waiting: new Set() };
    this.#connections.set(socket, told);
    untilClosed(socket, () => {
      for (const stop of told.waiting) stop();
      told.waiting.clear();
    });
    return told;
  }

  /** In milliseconds; counts one refusal more of the flow. */
  #waitOf(flow: string, now: number): number {
    const before = this.#flows.get(flow) ?? Number.NEGATIVE_INFINITY;
    const perSecond = REFUSALS_PER_SECOND * Math.max(1 / REFUSALS_LEAST_PART, this.#deps.share.part);
    const at = Math.min(Math.max(before, now - 1_000) + 1_000 / perSecond, now + REFUSAL_WAIT_MAX_MS);
    this.#flows.set(flow, at);
    return Math.max(0, at - now);
  }
}
