import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

/**
 * Which proxies are believed about whom they speak for: none, the nearest so many, or those at these addresses and in
 * these networks (CIDR, or loopback, linklocal, uniquelocal).
 */
export type TrustedProxies = false | number | readonly string[];

/**
 * Whether a hop is believed about whom it speaks for. Hop 0 is whoever is connected, hop 1 whom that one names, and so
 * on, as @fastify/proxy-addr asks and Fastify's `trustProxy` takes it.
 */
export type TrustHop = (address: string, hop: number) => boolean;

/** Where a caller comes from, as limits count and logs name it. */
export type AddressOf = (request: IncomingMessage) => string;

/** Of a caller that was gone before it could be asked: whatever is still done for such callers is counted together. */
const GONE = 'unknown';

/**
 * The rule of TRUST_PROXY. There is none that believes every hop: a proxy appends the address that it sees to what the
 * caller sent, so the far end of that list is whatever the caller likes.
 */
export function trustHopOf(proxies: TrustedProxies): TrustHop {
  if (proxies === false) return () => false;
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies;
  return proxyAddr.compile([...proxies]);
}

/**
 * The address of the last hop that is believed, or of whom it names in X-Forwarded-For: the one rule for HTTP requests
 * and upgrades. Ask when the request arrives: a connection that is closed has no address any more.
 */
export const createAddressOf =
  (trustHop: TrustHop): AddressOf =>
  (request) =>
    proxyAddr(request, trustHop) ?? GONE;
