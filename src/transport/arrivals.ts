import { BlockList, type SocketAddress } from 'node:net';
import type { FairShare } from '../application/admission/fair-share.ts';
import type { Clock } from '../application/ports/clock.ts';
import type { Log } from '../application/ports/log.ts';
import type { Metrics } from '../application/ports/metrics.ts';
import { networkOf, widerNetworkOf } from '../domain/network.ts';

type Dependencies = {
  readonly share: Pick<FairShare, 'isShort'>;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
  readonly metrics: Metrics;
};

/** Connections that a late node takes in within a second, whosever they are. */
const ARRIVALS_PER_SECOND = 250;
/** Of one address or /48, once there were so many. */
const NETWORK_ARRIVALS_PER_SECOND = 50;
const SECOND_MS = 1_000;

/**
 * Which connections are taken in. To take one in and to end it again costs a quarter of a millisecond, so that whoever opens ever new
 * ones would have a node do little else. While the node is late and many come, those of a network that has had its share of the
 * second are closed as soon as the system hands them over, before anything is made for them: their client sees one that ends without an answer. Node asks
 * it as a list of addresses that may not connect.
 */
export class Arrivals extends BlockList {
  readonly #deps: Dependencies;
  /** How many of each network were taken in, and of which none are any more. */
  readonly #taken = new Map<string, number>();
  readonly #turnedAway = new Set<string>();
  #inAll = 0;
  #until = 0;

  constructor(deps: Dependencies) {
    super();
    this.#deps = deps;
  }

  /** Whether one more from there is turned away; counts it where it is not. */
  override check(from: SocketAddress | string): boolean {
    const now = this.#deps.clock.monotonic();
    if (now >= this.#until) this.#begin(now);
    const network = ownerOf(typeof from === 'string' ? from : from.address);
    const taken = this.#taken.get(network) ?? 0;
    if (this.#isTooMany(taken)) {
      this.#turnAway(network);
      return true;
    }
    this.#taken.set(network, taken + 1);
    this.#inAll += 1;
    return false;
  }

  #isTooMany(taken: number): boolean {
    return this.#deps.share.isShort && this.#inAll >= ARRIVALS_PER_SECOND && taken >= NETWORK_ARRIVALS_PER_SECOND;
  }

  /** The log is told once in a second. */
  #turnAway(network: string): void {
    const { log, metrics } = this.#deps;
    metrics.connectionsEnded.of('arrivals').add();
    if (this.#turnedAway.has(network)) return;
    this.#turnedAway.add(network);
    log.info({ limit: 'arrivals', address: network }, 'a limit refused');
  }

  #begin(now: number): void {
    this.#until = now + SECOND_MS;
    this.#inAll = 0;
    this.#taken.clear();
    this.#turnedAway.clear();
  }
}

/** One owner may have a /48 of IPv6 and come from each /64 of it. */
function ownerOf(address: string): string {
  const network = networkOf(address);
  return network.includes(':') ? widerNetworkOf(address) : network;
}
